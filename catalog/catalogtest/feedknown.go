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

// feedKnown holds a feed to leaving out nothing but what is known, and to loading all the rest as ever. One that
// decodes everything leaves out nothing.
func feedKnown(k *feedKit) {
	good := k.undecoded(catalog.FeedState{})
	prev := good.State
	prev.Known = connector.NewKnown(len(good.Documents))
	sums := map[[sha256.Size]byte]bool{}
	for i := range good.Documents {
		d := &good.Documents[i]
		prev.Known.Add(d.Key(), d.Sum(), len(d.JSON()))
		sums[d.Sum()] = true
	}
	if len(sums) == 0 {
		return
	}
	if u := k.undecoded(prev); !u.Unchanged {
		k.Errorf("Load with the State of the last update and what is known is not Unchanged, but the source has not changed")
	}
	for what, source := range map[string]func() error{"Changed": k.Changed, "OneBad": k.OneBad} {
		k.set(what, source)
		k.sameUpdate(k.undecoded(good.State), k.undecoded(prev), sums)
	}
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	if u, err := k.Feed.Load(ctx, prev); u != nil || !errors.Is(err, context.Canceled) {
		k.Errorf("Load of what is not known with a cancelled context: %v, want context.Canceled and no update", err)
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

// sameUpdate compares what is loaded with what is when nothing is known. sums are those that were known.
func (k *feedKit) sameUpdate(want, got *catalog.FeedUpdate, sums map[[sha256.Size]byte]bool) {
	k.Helper()
	a, b := *want, *got
	a.Documents, b.Documents = nil, nil
	b.State.Known = nil // it counts for nothing
	if !reflect.DeepEqual(a, b) || len(want.Documents) != len(got.Documents) {
		k.Errorf("Load returned %d documents and\n\t%+v\nand without Known %d and\n\t%+v", len(got.Documents), b, len(want.Documents), a)
		return
	}
	for i := range want.Documents {
		w, g := &want.Documents[i], &got.Documents[i]
		switch {
		case w.Key() != g.Key() || w.Sum() != g.Sum():
			k.Errorf("Load returned %q with %s where without Known it has %q with %s", g.Key(), g.Digest(), w.Key(), w.Digest())
		case g.JSON() == nil && !sums[g.Sum()]:
			k.Errorf("Load left %q out, which was not known", g.Key())
		case g.JSON() != nil && !bytes.Equal(g.JSON(), w.JSON()):
			k.Errorf("Load returned other bytes of %q than without Known", g.Key())
		}
	}
}
