package catalogtest

import (
	"context"
	"errors"
	"reflect"
	"unicode"

	"github.com/patchbay/patchbay/catalog"
)

// maxFeedState bounds what the catalog has to remember for a feed.
const maxFeedState = 8 << 10

func feedName(k *feedKit) {
	name := k.Feed.Name()
	if name == "" {
		k.fatalf("Name is empty")
	}
	for _, r := range name {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			k.Errorf("Name %q contains %q, which no status can show", name, r)
		}
	}
	k.good()
	if after := k.Feed.Name(); after != name {
		k.Errorf("Name was %q and is %q after a Load", name, after)
	}
	for what, broken := range k.Broken {
		k.set("Broken: "+what, broken)
		_, err := k.Feed.Load(k.ctx, catalog.FeedState{})
		if after := k.Feed.Name(); after != name {
			k.Errorf("Name was %q and is %q after a Load that returned %v", name, after, err)
		}
	}
}

func feedLoad(k *feedKit) {
	u := k.good()
	if u.State == (catalog.FeedState{}) {
		k.Errorf("Load returned the zero State, which means: never read")
	}
	if n := len(u.State.Digest) + len(u.State.ETag) + len(u.State.LastModified); n > maxFeedState {
		k.Errorf("State has %d bytes, more than the %d worth remembering", n, maxFeedState)
	}
	if u.Version > 0 && u.State.Digest == "" {
		k.Errorf("Version is %d, but State.Digest is empty: two indexes under one version could not be told apart", u.Version)
	}
	if diff := k.difference(u, k.whole()); diff != "" {
		k.Errorf("two Loads of one source differ: %s", diff)
	}
	k.checkProblems(u)
}

func feedUnchanged(k *feedKit) {
	u := k.good()
	prev := u.State
	for range 2 {
		u = k.load(prev)
		k.checkUnchanged(u)
		prev = u.State
	}
}

// feedUnchangedReopened holds a feed to keeping nothing between calls that
// matters: what it knows is in the State.
func feedUnchangedReopened(k *feedKit) {
	u := k.good()
	k.checkUnchanged(k.loadFrom(k.Reopen(), u.State))
	k.set("Changed", k.Changed)
	if v := k.loadFrom(k.Reopen(), u.State); v.Unchanged {
		k.Errorf("a new Feed says unchanged, but the source has changed since State %+v", u.State)
	}
}

func (k *feedKit) checkUnchanged(u *catalog.FeedUpdate) {
	k.Helper()
	if !u.Unchanged {
		k.Errorf("Load with the State of the last update is not Unchanged, but the source has not changed")
		return
	}
	if u.State == (catalog.FeedState{}) {
		k.Errorf("an Unchanged update has the zero State: the next Load would read everything")
	}
	rest := *u
	rest.Unchanged, rest.State = false, catalog.FeedState{}
	if !reflect.DeepEqual(rest, catalog.FeedUpdate{}) {
		k.Errorf("an Unchanged update says more than State: %+v", rest)
	}
}

func feedChanged(k *feedKit) {
	good := k.good()
	k.set("Changed", k.Changed)
	changed := k.load(good.State)
	if changed.Unchanged {
		k.fatalf("Load says unchanged after Changed")
	}
	if k.difference(good, changed) == "" {
		k.Errorf("Load after Changed returns what it returned after Good")
	}
	if changed.State == good.State {
		k.Errorf("State is %+v after Changed, as after Good", changed.State)
	}
	k.set("Good", k.Good)
	back := k.load(changed.State)
	if back.Unchanged {
		k.fatalf("Load says unchanged after going back to Good")
	}
	if diff := k.difference(good, back); diff != "" {
		k.Errorf("Load after going back to Good differs: %s", diff)
	}
}

func feedZeroState(k *feedKit) {
	good := k.good()
	k.load(good.State)
	if diff := k.difference(good, k.whole()); diff != "" {
		k.Errorf("Load with the zero State, after others, differs: %s", diff)
	}
}

// feedNothingShared changes everything an update leads to: it belongs to the
// caller.
func feedNothingShared(k *feedKit) {
	u := k.good()
	kept := deepCopy(*u)
	other := k.whole()
	scribble(reflect.ValueOf(u))
	if diff := k.difference(&kept, other); diff != "" {
		k.Errorf("changing one update changes another, loaded before: %s", diff)
	}
	if diff := k.difference(&kept, k.whole()); diff != "" {
		k.Errorf("changing an update changes what the next Load returns: %s", diff)
	}
}

func feedContext(k *feedKit) {
	u := k.good()
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	for _, prev := range []catalog.FeedState{{}, u.State} {
		got, err := k.Feed.Load(ctx, prev)
		if !errors.Is(err, context.Canceled) {
			k.Errorf("Load with a cancelled context: %v, want context.Canceled", err)
		}
		if got != nil {
			k.Errorf("Load with a cancelled context returned an update")
		}
	}
}
