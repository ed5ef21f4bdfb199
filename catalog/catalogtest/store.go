package catalogtest

import (
	"context"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// StoreOptions tell TestStore what else the store under test can do.
type StoreOptions struct {
	// Reopen opens the storage of s again; s, which open returned, is closed by then.
	// nil leaves the topic out, for a store that keeps nothing.
	Reopen func(t *testing.T, s catalog.Store) catalog.Store
	// Second opens one more handle on the storage of s, which is open. nil leaves
	// the topics out, for a store that has one handle only.
	Second func(t *testing.T, s catalog.Store) catalog.Store
	// Deletions is how many deletions the stores under test remember, which is better
	// a small number than a store's default. 0 leaves the topic of forgotten deletions out.
	Deletions int
	// Timeout is how long one topic may take, by the context its calls get.
	// 0 means one minute.
	Timeout time.Duration
}

// TestStore is the kit that every catalog.Store passes (S1, S2). open returns a
// new, empty store for each call; the kit closes it. o may be nil.
//
// Each topic is a subtest; with -short those that need much memory are left out.
func TestStore(t *testing.T, open func(t *testing.T) catalog.Store, o *StoreOptions) {
	t.Helper()
	if o == nil {
		o = &StoreOptions{}
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	for _, topic := range storeTopics() {
		t.Run(topic.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			k := &storeKit{storeT: t, ctx: ctx, deletions: o.Deletions, short: testing.Short()}
			k.open = func() catalog.Store { return closedAtEnd(t, open(t)) }
			if o.Reopen != nil {
				k.reopen = func(s catalog.Store) catalog.Store { return closedAtEnd(t, o.Reopen(t, s)) }
			}
			if o.Second != nil {
				k.second = func(s catalog.Store) catalog.Store { return closedAtEnd(t, o.Second(t, s)) }
			}
			if why := topic.missing(k); why != "" {
				t.Skip(why)
			}
			topic.run(k)
		})
	}
}

func closedAtEnd(t *testing.T, s catalog.Store) catalog.Store {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// storeTopic is one subtest of TestStore.
type storeTopic struct {
	name  string
	run   func(k *storeKit)
	needs storeNeed
}

type storeNeed uint8

const (
	needReopen storeNeed = 1 << iota
	needSecond
	needDeletions
)

// missing says why the topic cannot be run, or nothing when it can.
func (topic storeTopic) missing(k *storeKit) string {
	switch {
	case topic.needs&needReopen != 0 && k.reopen == nil:
		return "this store cannot be opened again"
	case topic.needs&needSecond != 0 && k.second == nil:
		return "this store has one handle only"
	case topic.needs&needDeletions != 0 && k.deletions == 0:
		return "StoreOptions.Deletions is not set"
	}
	return ""
}

func storeTopics() []storeTopic {
	return []storeTopic{
		{"get and put", storeGetPut, 0},
		{"delete", storeDelete, 0},
		{"check", storeCheck, 0},
		{"nothing to change", storeNothing, 0},
		{"preconditions", storePreconditions, 0},
		{"first failure is reported", storeFirstFailure, 0},
		{"all or nothing", storeAllOrNothing, 0},
		{"two ops on one key", storeTwoOps, 0},
		{"key order", storeKeyOrder, 0},
		{"prefix", storePrefix, 0},
		{"pages", storePages, 0},
		{"key bounds", storeKeyBounds, 0},
		{"value bounds", storeValueBounds, 0},
		{"page bounds", storePageBounds, 0},
		{"values are copied", storeCopies, 0},
		{"changes in order", storeChangesOrder, 0},
		{"changes are coalesced", storeChangesCoalesce, 0},
		{"changes keep revisions whole", storeChangesWhole, 0},
		{"changes tell deletions", storeChangesDeletions, 0},
		{"changes beyond the newest", storeChangesBeyond, 0},
		{"forgotten deletions", storeForgotten, needDeletions},
		{"revisions grow", storeRevisions, 0},
		{"random ops against a model", storeModel, 0},
		{"concurrent counters", storeCounters, 0},
		{"concurrent followers", storeFollowers, 0},
		{"compose", storeCompose, 0},
		{"concurrent claims", storeClaims, 0},
		{"context", storeContext, 0},
		{"closed", storeClosed, 0},
		{"now", storeNow, 0},
		{"watch", storeWatch, 0},
		{"reopen", storeReopen, needReopen},
		{"second handle", storeSecond, needSecond},
		{"second handle counters", storeSecondCounters, needSecond},
		{"second handle watch", storeSecondWatch, needSecond},
	}
}
