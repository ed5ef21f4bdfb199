package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	repo "helm.sh/helm/v4/pkg/repo/v1"

	"github.com/patchbay/patchbay/connector"
)

// documents are the same catalog as two files, of the same size and with the same
// releases: as this library reads it, and as helm does.
type documents struct {
	items      []item
	ours, helm string // paths
}

// releaseBytes is about how long one release is in either document, so that
// 10,000 connectors of 20 are 193 MB.
const releaseBytes = 965

// documentsOf writes the documents of n connectors, once. With changed, one
// connector in a hundred has a release more.
func (b *bed) documentsOf(n int, changed bool) (*documents, error) {
	name := fmt.Sprintf("index-%d-%t", n, changed)
	if d := b.docs[name]; d != nil {
		return d, nil
	}
	d := &documents{
		items: items(n, versions),
		ours:  filepath.Join(b.dir, name+".json"), helm: filepath.Join(b.dir, name+"-helm.json"),
	}
	for i := range d.items {
		if it := &d.items[i]; changed && i%100 == 0 {
			it.releases = append(it.releases, newRelease(it.key, addedVersion, len(it.releases)))
		}
	}
	if err := d.write(); err != nil {
		return nil, err
	}
	if b.docs == nil {
		b.docs = map[string]*documents{}
	}
	b.docs[name] = d
	return d, nil
}

// addedVersion is newer than all others, and no pre-release.
const addedVersion = "99.0.0"

func (d *documents) write() error {
	x := repo.NewIndexFile()
	index := &connector.Index{Format: connector.IndexFormat}
	for i := range d.items {
		it := &d.items[i]
		c := connector.Connector{
			Key: connector.Key(it.key), Name: it.name, Description: it.about, Categories: it.categories, DocsURL: "https://example.com/" + it.key,
		}
		for _, r := range it.releases {
			helms := helmVersion(it, r)
			// Helm indents what it writes, and each release lies three levels deep.
			if err := pad(helms, "      ", "  ", func(text string) { helms.Description += text }); err != nil {
				return err
			}
			x.Entries[it.key] = append(x.Entries[it.key], helms)
			ours := connector.Release{
				Version: r.version, Published: r.published, Notes: r.notes,
				Artifact: connector.Artifact{URL: helms.URLs[0], Digest: connector.Digest("sha256:" + r.digest)},
			}
			if err := pad(&ours, "", "", func(text string) { ours.Notes += text }); err != nil {
				return err
			}
			c.Releases = append(c.Releases, ours)
		}
		index.Connectors = append(index.Connectors, c)
	}
	if err := x.WriteJSONFile(d.helm, 0o600); err != nil {
		return err
	}
	f, err := os.Create(d.ours)
	if err != nil {
		return err
	}
	if err := errors.Join(index.Encode(f), f.Close()); err != nil {
		return err
	}
	return d.sameSize()
}

// pad adds as many words to a release as it takes to be as long as the others.
func pad(release any, prefix, indent string, add func(text string)) error {
	text, err := json.Marshal(release)
	if indent != "" {
		text, err = json.MarshalIndent(release, prefix, indent)
	}
	if err != nil {
		return err
	}
	const words = " Fields that the application adds are read, too, and those it drops are told. "
	if missing := releaseBytes - len(text); missing > 0 {
		add(strings.Repeat(words, missing/len(words)+1)[:missing])
	}
	return nil
}

// sameSize sees to it that neither side has less to read.
func (d *documents) sameSize() error {
	ours, err := os.Stat(d.ours)
	if err != nil {
		return err
	}
	helms, err := os.Stat(d.helm)
	if err != nil {
		return err
	}
	// Ours may be the larger one: the comparison is then the harder for us.
	if ratio := float64(ours.Size()) / float64(helms.Size()); ratio < 0.99 || ratio > 1.05 {
		return fmt.Errorf("the documents have %d and %d bytes", ours.Size(), helms.Size())
	}
	return nil
}
