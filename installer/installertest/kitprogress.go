package installertest

import (
	"io"
	"slices"
	"strings"
	"testing/iotest"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func progressTopics() []topic {
	return []topic{{"P10_Progress", testProgress}}
}

// testProgress installs from a reader that hands out single bytes, so that a
// report for each read would be noticed.
func testProgress(k *kit) {
	pkg := FromBytes("mail", "1.0.0", connector.MediaPackageTar, Tar(
		ManifestFile(&connector.Manifest{Key: "mail", Version: "1.0.0"}),
		File{Name: "data", Body: strings.Repeat("x", 200_000)}))
	drip(pkg)
	var all []installer.Progress
	_, err := k.Install(k.Context(), pkg, func(p installer.Progress) { all = append(all, p) })
	k.good("Install", err)

	order := []installer.Phase{installer.Fetching, installer.Verifying, installer.Installing}
	at := 0
	var fetching []installer.Progress
	for i, p := range all {
		n := slices.Index(order, p.Phase)
		if n < at {
			k.Fatalf("report %d is %+v after %q", i, p, order[at])
		}
		at = n
		if p.Phase == installer.Fetching {
			fetching = append(fetching, p)
		}
		if p.Total != pkg.Artifact.Size {
			k.Errorf("report %d is %+v, want a total of %d", i, p, pkg.Artifact.Size)
		}
		if i > 0 && p.Bytes < all[i-1].Bytes {
			k.Errorf("report %d is %+v after %+v", i, p, all[i-1])
		}
	}
	if len(fetching) < 2 || at != len(order)-1 {
		k.Fatalf("reports are %+v, want the first and last of fetching and every phase", all)
	}
	equal(k, "first report", fetching[0].Bytes, 0)
	equal(k, "last report of fetching", fetching[len(fetching)-1].Bytes, pkg.Artifact.Size)
	if most := 1000; len(all) > most {
		k.Errorf("%d reports for %d bytes, want at most %d", len(all), pkg.Artifact.Size, most)
	}
}

// drip hands out a package's bytes one by one.
func drip(pkg *installer.Package) {
	wrap(pkg, func(body io.ReadCloser) io.ReadCloser {
		return struct {
			io.Reader
			io.Closer
		}{iotest.OneByteReader(body), body}
	})
}
