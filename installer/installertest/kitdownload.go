package installertest

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func downloadTopics() []topic {
	return []topic{
		{"Download/WrongDigest", testWrongDigest},
		{"Download/Truncated", testTruncated},
		{"Download/MoreThanStated", testMoreThanStated},
		{"Download/Fails", testDownloadFails},
		{"Download/UnknownMediaType", testUnknownMediaType},
	}
}

// wrap puts something around the bytes of a package.
func wrap(pkg *installer.Package, around func(io.ReadCloser) io.ReadCloser) {
	open := pkg.Open
	pkg.Open = func(ctx context.Context) (io.ReadCloser, error) {
		body, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return around(body), nil
	}
}

func testWrongDigest(k *kit) {
	pkg := Package("mail", "1.0.0")
	got, want := pkg.Artifact.Digest, connector.DigestOf([]byte("what was promised"))
	pkg.Artifact.Digest = want
	err := k.refused(pkg, installer.ErrCorrupt)
	digest, ok := errors.AsType[*installer.DigestError](err)
	if !ok {
		k.Fatalf("the error is %q, want an *installer.DigestError in it", err)
	}
	equal(k, "Want", digest.Want, want)
	equal(k, "Got", digest.Got, got)
	k.install(Package("mail", "1.0.0")) // nothing is in the way
}

func testTruncated(k *kit) {
	pkg := Package("mail", "1.0.0", sampleFiles()...)
	size := pkg.Artifact.Size
	wrap(pkg, func(body io.ReadCloser) io.ReadCloser {
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(body, size/2), body}
	})
	err := k.refused(pkg, installer.ErrCorrupt)
	wrong, ok := errors.AsType[*installer.SizeError](err)
	if !ok {
		k.Fatalf("the error is %q, want an *installer.SizeError in it", err)
	}
	equal(k, "Want", wrong.Want, size)
	equal(k, "Got", wrong.Got, size/2)

	pkg.Artifact.Size = 0 // then only the digest can tell
	k.refuse(pkg, installer.ErrCorrupt)
}

// flood goes on for ever after a package's own bytes.
type flood struct {
	io.ReadCloser

	read *int64
}

func (f flood) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		clear(p[n:])
		n, err = len(p), nil
	}
	*f.read += int64(n)
	return n, err
}

func testMoreThanStated(k *kit) {
	pkg := Package("mail", "1.0.0")
	var read int64
	wrap(pkg, func(body io.ReadCloser) io.ReadCloser { return flood{body, &read} })
	err := k.refused(pkg, installer.ErrCorrupt)
	if _, ok := errors.AsType[*installer.SizeError](err); !ok {
		k.Errorf("the error is %q, want an *installer.SizeError in it", err)
	}
	if slack := int64(1 << 20); read > pkg.Artifact.Size+slack {
		k.Errorf("read %d bytes of an artifact of %d", read, pkg.Artifact.Size)
	}
}

var errNetwork = errors.New("the network is gone")

// broken fails after a package's own bytes, or half of them.
type broken struct{ io.ReadCloser }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(len(p), 64)])
	if errors.Is(err, io.EOF) {
		err = errNetwork
	}
	return n, err
}

func testDownloadFails(k *kit) {
	pkg := Package("mail", "1.0.0")
	wrap(pkg, func(body io.ReadCloser) io.ReadCloser { return broken{body} })
	err := k.refused(pkg, errNetwork)
	if errors.Is(err, installer.ErrCorrupt) {
		k.Errorf("a network that fails is no corruption: %v", err)
	}
	pkg = Package("mail", "1.0.0")
	pkg.Open = func(context.Context) (io.ReadCloser, error) { return nil, errNetwork }
	k.refuse(pkg, errNetwork)
	pkg.Open = func(context.Context) (io.ReadCloser, error) { return nil, nil } //nolint:nilnil // a feed with a bug
	_, err = k.Install(k.Context(), pkg, nil)
	if err == nil {
		k.Errorf("no bytes and no error: installed")
	}
	pkg = Package("mail", "1.0.0")
	wrap(pkg, func(io.ReadCloser) io.ReadCloser { return stuck{} })
	k.refuse(pkg, io.ErrNoProgress)
	k.only()
}

// stuck returns nothing, for ever.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
func (stuck) Close() error             { return nil }

func testUnknownMediaType(k *kit) {
	pkg := Package("mail", "1.0.0")
	pkg.Artifact.MediaType = "application/octet-stream"
	k.refuse(pkg, errors.ErrUnsupported)
	pkg = Reference("mail", "1.0.0", "docker://example.com/mail:1.0.0")
	pkg.Artifact.Digest = connector.DigestOf(nil)
	_, err := k.Install(k.Context(), pkg, nil)
	if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		k.Errorf("a reference: %v", err)
	}
}
