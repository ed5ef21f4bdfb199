package catalogtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// fakeUnderTest is the kit's view of a FakeFeed.
func fakeUnderTest(f *FakeFeed) *FeedUnderTest {
	good := func() {
		f.Fail(nil)
		f.Set()
		f.SetProblems()
		f.Offer("acme/slack", "1.0.0", []byte("slack one"))
		f.Offer("acme/slack", "1.1.0-rc.1", []byte("slack rc"))
		f.Offer("jira", "2.0.0", []byte("jira two"), func(r *connector.Release) {
			r.Breaking = []connector.Breaking{{Version: "2.0.0", Message: "all new"}}
			r.Manifest = &connector.Manifest{Key: "jira", Version: "2.0.0", Hosts: []string{"https://jira.example.com"}}
		})
		f.Offer("mail", "0.1.0", nil, func(r *connector.Release) {
			r.Artifact = connector.Artifact{URL: "docker://example.com/mail:0.1.0", MediaType: connector.MediaReference}
		})
	}
	ok := func(steps ...func()) func() error {
		return func() error {
			for _, s := range steps {
				s()
			}
			return nil
		}
	}
	return &FeedUnderTest{
		Feed:    f,
		Good:    ok(good),
		Changed: ok(good, func() { f.Offer("jira", "2.1.0", []byte("jira newer")) }),
		OneBad: ok(good, func() {
			f.Withdraw("jira")
			f.SetProblems(connector.Problem{Key: "jira", Lost: connector.LostConnector, Faults: []connector.Fault{{
				Pointer: "/connectors/1", Reason: "it has no name",
			}}})
		}),
		Broken: map[string]func() error{"gone": ok(func() { f.Fail(os.ErrNotExist) })},
	}
}

func TestFakeFeedPassesTheKit(t *testing.T) {
	TestFeed(t, func(*testing.T) *FeedUnderTest { return fakeUnderTest(NewFakeFeed("fake")) }, nil)
	TestFeed(t, func(*testing.T) *FeedUnderTest {
		f := NewFakeFeed("fake")
		u := fakeUnderTest(f)
		u.Reopen = func() catalog.Feed { return f }
		return u
	}, &FeedOptions{Timeout: time.Second})
}

// feedRecorder is a feedT that notes failures.
type feedRecorder struct {
	failures []string
}

type feedStopped struct{}

func (*feedRecorder) Helper()  {}
func (*feedRecorder) FailNow() { panic(feedStopped{}) }
func (r *feedRecorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// failingTopics runs the kit and returns what failed, by topic.
func failingTopics(t *testing.T, open func() *FeedUnderTest, o *FeedOptions) map[string][]string {
	t.Helper()
	failed := map[string][]string{}
	for _, topic := range feedTopics() {
		rec := &feedRecorder{}
		k := &feedKit{feedT: rec, ctx: t.Context(), FeedUnderTest: open()}
		if topic.missing(k, o) != "" {
			continue
		}
		func() {
			defer func() {
				if e := recover(); e != nil {
					if _, ok := e.(feedStopped); !ok {
						panic(e)
					}
				}
			}()
			topic.run(k)
		}()
		if len(rec.failures) > 0 {
			failed[topic.name] = rec.failures
		}
	}
	return failed
}

// wrapped is a feed that alters what a good one does.
type wrapped struct {
	*FakeFeed

	name func(string) string
	load func(context.Context, catalog.FeedState) (*catalog.FeedUpdate, error)
	open func(context.Context, connector.Artifact) (io.ReadCloser, int64, error)
}

func (w *wrapped) Name() string {
	if w.name != nil {
		return w.name(w.FakeFeed.Name())
	}
	return w.FakeFeed.Name()
}

func (w *wrapped) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	if w.load != nil {
		return w.load(ctx, prev)
	}
	return w.FakeFeed.Load(ctx, prev)
}

func (w *wrapped) OpenArtifact(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	if w.open != nil {
		return w.open(ctx, a)
	}
	return w.FakeFeed.OpenArtifact(ctx, a)
}

// altered makes a feed whose updates pass through alter.
func altered(alter func(*catalog.FeedUpdate)) func(*wrapped) {
	return func(w *wrapped) {
		w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
			u, err := w.FakeFeed.Load(ctx, prev)
			if err == nil && !u.Unchanged {
				alter(u)
			}
			return u, err
		}
	}
}

func TestKitSeesBrokenFeeds(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(wrongUpdates(), wrongReports(), wrongLoads(), wrongArtifacts()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := failingTopics(t, func() *FeedUnderTest {
				f := NewFakeFeed("fake")
				w := &wrapped{FakeFeed: f}
				tt.spoil(w)
				u := fakeUnderTest(f)
				u.Feed = w
				return u
			}, &FeedOptions{})
			assert.Contains(t, failed, tt.topic, "all that failed: %v", failed)
		})
	}
	sound := failingTopics(t, func() *FeedUnderTest {
		f := NewFakeFeed("fake")
		u := fakeUnderTest(f)
		u.Feed = &wrapped{FakeFeed: f}
		return u
	}, &FeedOptions{})
	assert.Empty(t, sound, "the wrapper itself breaks nothing")
}

func TestKitSeesItsOwnMisuse(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*FeedUnderTest){
		"no Good":     func(u *FeedUnderTest) { u.Good = nil },
		"Good fails":  func(u *FeedUnderTest) { u.Good = func() error { return os.ErrClosed } },
		"no Changed":  func(u *FeedUnderTest) { u.Changed = nil },
		"no Broken":   func(u *FeedUnderTest) { u.Broken = nil },
		"small Good":  func(u *FeedUnderTest) { u.Good = func() error { return nil } },
		"idle change": func(u *FeedUnderTest) { u.Changed = u.Good },
		"idle bad":    func(u *FeedUnderTest) { u.OneBad = u.Changed },
	} {
		failed := failingTopics(t, func() *FeedUnderTest {
			u := fakeUnderTest(NewFakeFeed("fake"))
			spoil(u)
			return u
		}, &FeedOptions{})
		assert.NotEmpty(t, failed, name)
	}
	lenient := failingTopics(t, func() *FeedUnderTest {
		f := NewFakeFeed("fake")
		u := fakeUnderTest(f)
		u.Feed = onlyFeed{f}
		return u
	}, &FeedOptions{NeverUnchanged: true})
	assert.Empty(t, lenient, "a feed that opens nothing and never says unchanged")
}

// onlyFeed hides the optional methods of a feed.
type onlyFeed struct{ catalog.Feed }

func (f onlyFeed) Load(ctx context.Context, _ catalog.FeedState) (*catalog.FeedUpdate, error) {
	return f.Feed.Load(ctx, catalog.FeedState{})
}

func TestDeepCopySharesNothing(t *testing.T) {
	t.Parallel()
	type tree struct {
		S  []string
		M  map[string][]int
		P  *tree
		A  [2][]string
		I  any
		T  time.Time
		up []int
	}
	make2 := func() tree {
		return tree{
			S: []string{"a"}, M: map[string][]int{"k": {1}}, P: &tree{S: []string{"b"}},
			A: [2][]string{{"c"}, nil}, I: []any{"d", map[string]any{"e": 1.0}}, T: time.Unix(7, 0), up: []int{1},
		}
	}
	v := make2()
	c := deepCopy(v)
	opt := cmp.AllowUnexported(tree{})
	require.Empty(t, cmp.Diff(v, c, opt))
	c.S[0], c.M["k"][0], c.P.S[0], c.A[0][0] = "x", 9, "x", "x"
	list, ok := c.I.([]any)
	require.True(t, ok)
	list[0] = "x"
	require.Empty(t, cmp.Diff(make2(), v, opt))
	require.NoError(t, deepCopy[error](nil))
	assert.Nil(t, deepCopy[[]string](nil))
}
