package catalogtest

import (
	"context"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// FeedUnderTest is a feed together with control over the source it reads. The
// functions bring the source into a state, whatever it was in before; the next
// Load sees it. An error ends the topic.
type FeedUnderTest struct {
	Feed catalog.Feed
	// Good makes the source offer at least two connectors with releases.
	Good func() error
	// Changed is Good with a difference that a Load shows, such as one more release.
	Changed func() error
	// OneBad is Good with an entry that cannot be offered, added or in place of another.
	OneBad func() error
	// Broken are the ways in which the source as a whole cannot be read or
	// believed, by name: it is gone, cut off, empty, something else. At least one.
	Broken map[string]func() error
	// Reopen returns another Feed on the same source, as the next process would make it. nil
	// leaves the topic out.
	Reopen func() catalog.Feed
}

// FeedOptions tell TestFeed what to expect. The zero value expects all.
type FeedOptions struct {
	// NeverUnchanged is for a feed that cannot tell whether its source has changed.
	NeverUnchanged bool
	// Timeout is how long one topic may take, by the context its calls get.
	// 0 means one minute.
	Timeout time.Duration
}

// TestFeed is the kit that every catalog.Feed passes (P15, P16). open returns a
// feed on a source of its own for each call, and cleans up with t.Cleanup. o may
// be nil.
//
// Each topic is a subtest. Those about artifacts are left out for a feed that is no
// catalog.ArtifactOpener. Run it with -race.
func TestFeed(t *testing.T, open func(t *testing.T) *FeedUnderTest, o *FeedOptions) {
	t.Helper()
	if o == nil {
		o = &FeedOptions{}
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	for _, topic := range feedTopics() {
		t.Run(topic.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			k := &feedKit{feedT: t, ctx: ctx, FeedUnderTest: open(t)}
			if why := topic.missing(k, o); why != "" {
				t.Skip(why)
			}
			topic.run(k)
		})
	}
}

// feedTopic is one subtest of TestFeed.
type feedTopic struct {
	name  string
	run   func(k *feedKit)
	needs feedNeed
}

type feedNeed uint8

const (
	needOpener feedNeed = 1 << iota
	needUnchanged
	needFeedReopen
)

// missing says why the topic cannot be run, or nothing when it can.
func (topic feedTopic) missing(k *feedKit, o *FeedOptions) string {
	_, opener := k.Feed.(catalog.ArtifactOpener)
	switch {
	case topic.needs&needOpener != 0 && !opener:
		return "this feed opens no artifacts"
	case topic.needs&needUnchanged != 0 && o.NeverUnchanged:
		return "this feed never says unchanged"
	case topic.needs&needFeedReopen != 0 && k.Reopen == nil:
		return "this feed cannot be opened again"
	}
	return ""
}

func feedTopics() []feedTopic {
	return []feedTopic{
		{"name", feedName, 0},
		{"load", feedLoad, 0},
		{"keys", feedKeys, 0},
		{"releases", feedReleases, 0},
		{"unchanged", feedUnchanged, needUnchanged},
		{"unchanged after a restart", feedUnchangedReopened, needUnchanged | needFeedReopen},
		{"changed", feedChanged, 0},
		{"zero state reads everything", feedZeroState, 0},
		{"known", feedKnown, needUnchanged},
		{"nothing is shared", feedNothingShared, 0},
		{"one bad entry", feedOneBad, 0},
		{"broken", feedBroken, 0},
		{"context", feedContext, 0},
		{"artifacts", feedArtifacts, needOpener},
		{"artifacts at once", feedArtifactsAtOnce, needOpener},
		{"missing artifact", feedArtifactMissing, needOpener},
		{"artifact context", feedArtifactContext, needOpener},
	}
}
