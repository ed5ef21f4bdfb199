package catalogtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// feedT is the part of *testing.T that topics use, so that the kit itself can
// be tested with feeds that are broken on purpose.
type feedT interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// feedKit is what a topic works with.
type feedKit struct {
	feedT
	*FeedUnderTest

	ctx context.Context //nolint:containedctx // of one subtest
}

func (k *feedKit) fatalf(format string, args ...any) {
	k.Helper()
	k.Errorf(format, args...)
	k.FailNow()
}

// set brings the source into a state.
func (k *feedKit) set(what string, source func() error) {
	k.Helper()
	if source == nil {
		k.fatalf("FeedUnderTest.%s is nil", what)
	}
	if err := source(); err != nil {
		k.fatalf("FeedUnderTest.%s: %v", what, err)
	}
}

// load reads the feed, which must succeed.
func (k *feedKit) load(prev catalog.FeedState) *catalog.FeedUpdate {
	k.Helper()
	return k.loadFrom(k.Feed, prev)
}

func (k *feedKit) loadFrom(f catalog.Feed, prev catalog.FeedState) *catalog.FeedUpdate {
	k.Helper()
	u, err := f.Load(k.ctx, prev)
	if err != nil {
		k.fatalf("Load: %v", err)
	}
	if u == nil {
		k.fatalf("Load returned neither an update nor an error")
	}
	if err := u.Decode(); err != nil {
		k.fatalf("Load returned a document that is none: %v", err)
	}
	return u
}

// whole reads the feed from the zero state, which must return everything.
func (k *feedKit) whole() *catalog.FeedUpdate {
	k.Helper()
	u := k.load(catalog.FeedState{})
	if u.Unchanged {
		k.fatalf("Load says unchanged to the zero state: there is nothing it could be unchanged from")
	}
	return u
}

// good makes the source good and reads it.
func (k *feedKit) good() *catalog.FeedUpdate {
	k.Helper()
	k.set("Good", k.Good)
	u := k.whole()
	if len(u.Connectors) < 2 {
		k.fatalf("Load after Good returned %d connectors; the kit needs two to work with", len(u.Connectors))
	}
	return u
}

// shown is a connector as text to compare and print.
func (k *feedKit) shown(c *connector.Connector) string {
	k.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		k.fatalf("connector %q cannot be written as JSON: %v", c.Key, err)
	}
	return string(text)
}

// offers maps keys to connectors as text.
func (k *feedKit) offers(u *catalog.FeedUpdate) map[connector.Key]string {
	k.Helper()
	out := make(map[connector.Key]string, len(u.Connectors))
	for i := range u.Connectors {
		out[u.Connectors[i].Key] = k.shown(&u.Connectors[i])
	}
	return out
}

// difference says in what two updates differ, or nothing.
func (k *feedKit) difference(a, b *catalog.FeedUpdate) string {
	k.Helper()
	x, y := k.offers(a), k.offers(b)
	var diffs []string
	for key, text := range x {
		switch other, ok := y[key]; {
		case !ok:
			diffs = append(diffs, fmt.Sprintf("%q is missing", key))
		case other != text:
			diffs = append(diffs, fmt.Sprintf("%q was\n\t%s\nand is\n\t%s", key, feedClip(text), feedClip(other)))
		}
	}
	for key := range y {
		if _, ok := x[key]; !ok {
			diffs = append(diffs, fmt.Sprintf("%q is new", key))
		}
	}
	slices.Sort(diffs)
	return strings.Join(diffs, "; ")
}

func feedClip(s string) string {
	if len(s) > 500 {
		return s[:500] + "…"
	}
	return s
}
