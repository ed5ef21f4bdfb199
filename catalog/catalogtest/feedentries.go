package catalogtest

import (
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

func feedKeys(k *feedKit) {
	u := k.good()
	seen := map[connector.Key]bool{}
	for i := range u.Connectors {
		key := u.Connectors[i].Key
		if _, err := connector.ParseKey(string(key)); err != nil {
			k.Errorf("connector %d: %v", i, err)
		}
		if seen[key] {
			k.Errorf("connector %d: key %q is offered twice", i, key)
		}
		seen[key] = true
	}
}

// feedReleases holds what is offered to the model; what falls short of it should
// be a Problem.
func feedReleases(k *feedKit) {
	u := k.good()
	for i := range u.Connectors {
		c := &u.Connectors[i]
		for _, f := range c.Validate() {
			k.Errorf("connector %q: %s", c.Key, f)
		}
	}
}

// checkProblems holds the problems of an update to what an admin needs.
func (k *feedKit) checkProblems(u *catalog.FeedUpdate) {
	k.Helper()
	for i, p := range u.Problems {
		if p.Feed != "" && p.Feed != k.Feed.Name() {
			k.Errorf("problem %d is of feed %q; this one is %q", i, p.Feed, k.Feed.Name())
		}
		switch p.Lost {
		case connector.LostNothing, connector.LostRelease, connector.LostConnector:
		default:
			k.Errorf("problem %d lost %q, which is none of the losses", i, p.Lost)
		}
		if len(p.Faults) == 0 {
			k.Errorf("problem %d (%q) has no faults: it does not say why", i, p.Key)
		}
		for _, f := range p.Faults {
			k.checkFault(i, f)
		}
	}
}

func (k *feedKit) checkFault(i int, f connector.Fault) {
	k.Helper()
	if f.Reason == "" {
		k.Errorf("problem %d has a fault without a reason: %+v", i, f)
	}
	if f.Pointer == "" && f.Line <= 0 {
		k.Errorf("problem %d has a fault without a position: %+v", i, f)
	}
}

// feedOneBad holds a feed to P16: a bad entry is told, and costs nothing else.
func feedOneBad(k *feedKit) {
	good := k.good()
	k.set("OneBad", k.OneBad)
	bad := k.load(good.State)
	if bad.Unchanged {
		k.fatalf("Load says unchanged after OneBad")
	}
	if len(bad.Problems) <= len(good.Problems) {
		k.fatalf("a bad entry is not among the problems: %d of them, %d without it", len(bad.Problems), len(good.Problems))
	}
	k.checkProblems(bad)
	if kept := k.kept(good, bad); kept < len(good.Connectors)-1 {
		k.Errorf("one bad entry spoiled %d of %d connectors", len(good.Connectors)-kept, len(good.Connectors))
	}
	k.set("Good", k.Good)
	healed := k.load(bad.State)
	if healed.Unchanged {
		k.fatalf("Load says unchanged after the bad entry was mended")
	}
	if diff := k.difference(good, healed); diff != "" {
		k.Errorf("Load after the bad entry was mended differs: %s", diff)
	}
}

// kept counts the connectors that a bad entry left as they were. The others
// must be named by a problem.
func (k *feedKit) kept(good, bad *catalog.FeedUpdate) int {
	k.Helper()
	named := map[string]bool{}
	for _, p := range bad.Problems {
		named[p.Key] = true
	}
	after, n := k.offers(bad), 0
	for key, text := range k.offers(good) {
		switch now, ok := after[key]; {
		case ok && now == text:
			n++
		case named[string(key)]: // it is the bad one
		case !ok:
			k.Errorf("%q is gone, and no problem names it", key)
		default:
			k.Errorf("%q has changed, and no problem names it:\n\t%s\nto\n\t%s", key, feedClip(text), feedClip(now))
		}
	}
	return n
}

// feedBroken holds a feed to P16: what cannot be read is an error, never an
// empty list.
func feedBroken(k *feedKit) {
	good := k.good()
	if len(k.Broken) == 0 {
		k.fatalf("FeedUnderTest.Broken is empty")
	}
	for what, broken := range k.Broken {
		k.set("Broken: "+what, broken)
		for _, prev := range []catalog.FeedState{{}, good.State} {
			u, err := k.Feed.Load(k.ctx, prev)
			k.checkFailure(what, u, err)
		}
		k.set("Good", k.Good)
		if diff := k.difference(good, k.whole()); diff != "" {
			k.Errorf("%s, then good again: Load differs: %s", what, diff)
		}
	}
}

func (k *feedKit) checkFailure(what string, u *catalog.FeedUpdate, err error) {
	k.Helper()
	switch {
	case err == nil && u == nil:
		k.Errorf("%s: Load returned neither an update nor an error", what)
	case err == nil && u.Unchanged:
		k.Errorf("%s: Load says unchanged", what)
	case err == nil:
		k.Errorf("%s: Load returned %d connectors and no error", what, len(u.Connectors)+len(u.Documents))
	case u != nil:
		k.Errorf("%s: Load returned an update with the error %v", what, err)
	case err.Error() == "":
		k.Errorf("%s: Load failed without saying why", what)
	}
}
