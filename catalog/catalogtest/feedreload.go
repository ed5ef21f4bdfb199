package catalogtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"reflect"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// feedReload holds a catalog.Rereader to leaving out nothing but what is known, and to being a Load otherwise.
func feedReload(k *feedKit) {
	good := k.undecoded(catalog.FeedState{})
	known := connector.NewKnown(len(good.Documents))
	sums := map[[sha256.Size]byte]bool{}
	for i := range good.Documents {
		d := &good.Documents[i]
		known.Add(d.Key(), d.Sum(), len(d.JSON()))
		sums[d.Sum()] = true
	}
	if u := k.reload(good.State, known); !u.Unchanged {
		k.Errorf("Reload with the State of the last update is not Unchanged, but the source has not changed")
	}
	for what, source := range map[string]func() error{"Changed": k.Changed, "OneBad": k.OneBad} {
		k.set(what, source)
		want := k.undecoded(good.State)
		k.sameUpdate(want, k.reload(good.State, nil), nil)
		k.sameUpdate(want, k.reload(good.State, known), sums)
	}
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	if r, ok := k.Feed.(catalog.Rereader); ok {
		if u, err := r.Reload(ctx, good.State, known); u != nil || !errors.Is(err, context.Canceled) {
			k.Errorf("Reload with a cancelled context: %v, want context.Canceled and no update", err)
		}
	}
}

// undecoded is load without looking into documents; the source is made good for the zero state.
func (k *feedKit) undecoded(prev catalog.FeedState) *catalog.FeedUpdate {
	k.Helper()
	if prev == (catalog.FeedState{}) {
		k.set("Good", k.Good)
	}
	u, err := k.Feed.Load(k.ctx, prev)
	if err != nil || u == nil {
		k.fatalf("Load: %v, %v", u, err)
	}
	return u
}

func (k *feedKit) reload(prev catalog.FeedState, known *connector.Known) *catalog.FeedUpdate {
	k.Helper()
	r, ok := k.Feed.(catalog.Rereader)
	if !ok {
		k.fatalf("the feed is no Rereader")
	}
	u, err := r.Reload(k.ctx, prev, known)
	if err != nil || u == nil {
		k.fatalf("Reload: %v, %v", u, err)
	}
	return u
}

// sameUpdate compares what Reload returned with what Load does. sums are those that were known.
func (k *feedKit) sameUpdate(want, got *catalog.FeedUpdate, sums map[[sha256.Size]byte]bool) {
	k.Helper()
	a, b := *want, *got
	a.Documents, b.Documents = nil, nil
	if !reflect.DeepEqual(a, b) || len(want.Documents) != len(got.Documents) {
		k.Errorf("Reload returned %d documents and\n\t%+v\nand Load %d and\n\t%+v", len(got.Documents), b, len(want.Documents), a)
		return
	}
	for i := range want.Documents {
		w, g := &want.Documents[i], &got.Documents[i]
		switch {
		case w.Key() != g.Key() || w.Sum() != g.Sum():
			k.Errorf("Reload returned %q with %s where Load has %q with %s", g.Key(), g.Digest(), w.Key(), w.Digest())
		case g.JSON() == nil && !sums[g.Sum()]:
			k.Errorf("Reload left %q out, which was not known", g.Key())
		case g.JSON() != nil && !bytes.Equal(g.JSON(), w.JSON()):
			k.Errorf("Reload returned other bytes of %q than Load", g.Key())
		}
	}
}
