package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// feedItem is one artifact that the feed opens.
type feedItem struct {
	name string
	a    connector.Artifact
}

func (k *feedKit) opener() catalog.ArtifactOpener {
	k.Helper()
	o, ok := k.Feed.(catalog.ArtifactOpener)
	if !ok {
		k.fatalf("the feed opens no artifacts")
	}
	return o
}

// opened lists the artifacts that the feed opens itself; others are left to the
// catalog with errors.ErrUnsupported.
func (k *feedKit) opened() []feedItem {
	k.Helper()
	u := k.good()
	var items []feedItem
	for i := range u.Connectors {
		c := &u.Connectors[i]
		for j := range c.Releases {
			r := &c.Releases[j]
			body, _, err := k.opener().OpenArtifact(k.ctx, r.Artifact)
			if errors.Is(err, errors.ErrUnsupported) {
				continue
			}
			name := string(c.Key) + "@" + r.Version
			if r.Artifact.MediaType == connector.MediaReference {
				k.Errorf("%s: OpenArtifact of a reference: %v, want errors.ErrUnsupported", name, err)
			}
			if err != nil {
				k.fatalf("%s: OpenArtifact: %v", name, err)
			}
			if err := body.Close(); err != nil {
				k.Errorf("%s: Close of an unread artifact: %v", name, err)
			}
			items = append(items, feedItem{name, r.Artifact})
		}
	}
	if len(items) == 0 {
		k.fatalf("the feed is an ArtifactOpener, but opens none of its own artifacts")
	}
	return items
}

func feedArtifacts(k *feedKit) {
	for _, it := range k.opened() {
		first, err := readArtifact(k.ctx, k.opener(), it)
		if err != nil {
			k.Errorf("%v", err)
			continue
		}
		second, err := readArtifact(k.ctx, k.opener(), it)
		if err != nil {
			k.Errorf("opened again: %v", err)
		} else if !bytes.Equal(first, second) {
			k.Errorf("%s: opening it twice gives different bytes", it.name)
		}
	}
}

func feedArtifactsAtOnce(k *feedKit) {
	const each = 4
	items := k.opened()
	errs := make([]error, each*len(items))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = readArtifact(k.ctx, k.opener(), items[i%len(items)]) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		k.Errorf("%d artifacts opened at once: %v", len(errs), err)
	}
}

func feedArtifactMissing(k *feedKit) {
	it := k.opened()[0]
	it.a.URL = strings.TrimSuffix(it.a.URL, ".tgz") + "-no-such-artifact.tgz"
	body, _, err := k.opener().OpenArtifact(k.ctx, it.a)
	if !errors.Is(err, fs.ErrNotExist) {
		k.Errorf("OpenArtifact of what is not there: %v, want fs.ErrNotExist", err)
	}
	if body != nil {
		k.Errorf("OpenArtifact of what is not there returned a body")
	}
}

func feedArtifactContext(k *feedKit) {
	it := k.opened()[0]
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	if _, err := readArtifact(ctx, k.opener(), it); !errors.Is(err, context.Canceled) {
		k.Errorf("%s: opening and reading with a cancelled context: %v, want context.Canceled", it.name, err)
	}
}

// readArtifact reads an artifact whole and checks it against what was said of it.
func readArtifact(ctx context.Context, o catalog.ArtifactOpener, it feedItem) ([]byte, error) {
	body, size, err := o.OpenArtifact(ctx, it.a)
	if err != nil {
		return nil, fmt.Errorf("%s: OpenArtifact: %w", it.name, err)
	}
	data, err := io.ReadAll(body)
	err = errors.Join(err, body.Close())
	n := int64(len(data))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading the artifact: %w", it.name, err)
	case size != -1 && size != n:
		return nil, fmt.Errorf("%s: OpenArtifact says %d bytes, but %d came", it.name, size, n)
	case it.a.Size > 0 && it.a.Size != n:
		return nil, fmt.Errorf("%s: the release states %d bytes, but %d came", it.name, it.a.Size, n)
	}
	h, err := it.a.Digest.New()
	if err != nil {
		return nil, fmt.Errorf("%s: digest: %w", it.name, err)
	}
	h.Write(data)
	if got := connector.DigestSum(h); got != it.a.Digest {
		return nil, fmt.Errorf("%s: the release states the digest %s, but %s came", it.name, it.a.Digest, got)
	}
	return data, nil
}
