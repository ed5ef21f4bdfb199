package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/leaktest"
)

func TestMain(m *testing.M) {
	if child, ok := os.LookupEnv(childEnv); ok {
		os.Exit(runChild(child, os.Stdout, os.Stderr))
	}
	leaktest.Main(m, func() error { bleve.Config.Shutdown(); return nil }) // it keeps workers from its start on
}

// made is a row that takes no time worth mentioning.
func made(change func(*trial)) work {
	idle := func(name string, d time.Duration) side {
		return side{name: name, once: true, run: func(int) error { time.Sleep(d); return nil }}
	}
	return work{name: "made/up", path: "made up", grows: "nothing", setup: func(b *bed) (*trial, error) {
		t := &trial{
			same: func() error { return nil }, folder: b.dir, rounds: 3,
			ours: idle("ours", 100*time.Microsecond), peers: []side{idle("peer", 10*time.Millisecond)},
		}
		if change != nil {
			change(t)
		}
		return t, nil
	}}
}

func TestWhatARowStatesDecidesTheExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*trial)
		code   int
		says   string
	}{
		"nothing stated":    {nil, 0, "1 of 1 rows"},
		"a ratio kept":      {func(t *trial) { t.goals = []goal{faster("peer", 2)} }, 0, "1 of 1 rows"},
		"a ratio missed":    {func(t *trial) { t.goals = []goal{faster("peer", 1e6)} }, 1, "missed: >= 1e+06x faster than peer"},
		"a time missed":     {func(t *trial) { t.goals = []goal{within(time.Nanosecond)} }, 1, "missed: <= 1ns"},
		"one of two missed": {func(t *trial) { t.goals = []goal{faster("peer", 2), atMost("peer", 1e-6)} }, 1, "missed: <= 1e-06x the time of peer"},
		"an unknown peer":   {func(t *trial) { t.goals = []goal{faster("nobody", 0)} }, 1, "missed"},
		"too many calls": {func(t *trial) {
			asked := int64(0)
			t.ours.calls, t.ours.run = func() int64 { return asked }, func(int) error { asked += 2; return nil }
			t.goals = []goal{asks(1)}
		}, 1, "missed: <= 1 upstream calls, got 2"},
		"too many allocations": {func(t *trial) {
			t.ours.run = func(int) error {
				for range 100 {
					kept1 = make([]byte, 4096)
				}
				return nil
			}
			t.goals = []goal{allocations(0)}
		}, 1, "missed: <= 0 allocations"},
		"growth beyond its law": {func(t *trial) {
			t.growth = &growth{small: side{name: "less", once: true, run: func(int) error { return nil }}, factor: 10, law: constant}
		}, 1, "missed: grows <= 1.5x on 10x the data (constant)"},
		"a wrong answer": {func(t *trial) {
			t.same = func() error { return errors.New("it is not so") }
			t.ours.run = func(int) error { panic("timed") }
		}, 1, "failed: wrong answer: it is not so"},
		"no answers compared": {func(t *trial) { t.same = nil }, 1, "failed: no answers are compared"},
		"work that fails":     {func(t *trial) { t.peers[0].run = func(int) error { return errors.New("broken") } }, 1, "failed: peer: broken"},
		"durable faster than the disk": {func(t *trial) {
			t.ours.durable, t.ours.run = 1, func(int) error { return nil }
		}, 1, "failed: ours cannot be durable"},
		"a durable peer faster than the disk": {func(t *trial) {
			t.peers[0].durable, t.peers[0].run = 1, func(int) error { return nil }
		}, 1, "failed: peer cannot be durable"},
		"durable": {func(t *trial) {
			t.ours.durable, t.ours.run = 1, func(int) error { time.Sleep(50 * time.Millisecond); return nil }
		}, 0, "1 of 1 rows"},
		"what cannot be undone": {func(t *trial) { t.close = func() error { return errors.New("left behind") } }, 1, "failed: left behind"},
	} {
		t.Run(name, func(t *testing.T) { // one after another: allocations are those of the process
			var out, progress bytes.Buffer
			code := run(nil, []work{made(c.change)}, &out, &progress)
			assert.Equal(t, c.code, code, out.String())
			assert.Contains(t, out.String(), c.says)
		})
	}
}

var kept1 []byte // so that allocations are not optimized away

func TestRowsThatCannotBeSetUpFail(t *testing.T) {
	t.Parallel()
	w := made(nil)
	w.setup = func(*bed) (*trial, error) { return nil, errors.New("no room") }
	var out bytes.Buffer
	assert.Equal(t, 1, run(nil, []work{w}, &out, &out))
	assert.Contains(t, out.String(), "failed: cannot be set up: no room")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	missed := made(func(t *trial) { t.goals = []goal{within(0)} })
	missed.name = "made/other"
	all := []work{made(nil), missed}
	var out, progress bytes.Buffer
	assert.Equal(t, 0, run([]string{"-only", "up"}, all, &out, &progress), "the other row is not run")
	assert.Equal(t, 2, run([]string{"-only", "nobody"}, all, &out, &progress))
	assert.Equal(t, 2, run([]string{"-unknown"}, all, &out, &progress))
	assert.Contains(t, progress.String(), `no row has a name that contains "nobody"`)
	assert.Equal(t, 0, run([]string{"-open", "nobody,other"}, all, &out, &progress), "it may miss its goal")
	assert.Contains(t, out.String(), "missed: <= 0s")
	failing := missed
	failing.setup = func(*bed) (*trial, error) { return nil, errors.New("no room") }
	assert.Equal(t, 1, run([]string{"-open", "other"}, []work{failing}, &out, &progress), "but nothing else")
	out.Reset()
	assert.Equal(t, 1, run([]string{"-json"}, all, &out, &progress))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	var r result
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &r))
	assert.Equal(t, "made/other", r.Name)
	require.Len(t, r.Goals, 1)
	assert.False(t, r.Goals[0].Met)
	assert.Positive(t, r.Ours.NS)
	require.Len(t, r.Peers, 1)
	assert.Greater(t, r.Peers[0].Ratio, 1.0)
}

func TestFoldersAreRemoved(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var out bytes.Buffer
	assert.Equal(t, 0, run(nil, []work{made(nil)}, &out, &out))
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestSidesTakeTurns(t *testing.T) {
	t.Parallel()
	var order []string
	turn := func(name string) side {
		return side{name: name, once: true, run: func(int) error { order = append(order, name); return nil }}
	}
	sides := []*turns{newTurns(turn("a")), newTurns(turn("b"))}
	require.NoError(t, takeTurns(pace{}, 3, sides))
	assert.Equal(t, "a b a b a b a b", strings.Join(order, " "), "the first of each is to warm up")
	assert.Len(t, sides[0].seen, 3, "which does not count")
}

func TestMediansAndExtremes(t *testing.T) {
	t.Parallel()
	s := &turns{seen: []figures{{NS: 9, Allocs: 5, Kept: 1, Calls: 1}, {NS: 1, Allocs: 4, Kept: 3, Calls: 2}, {NS: 2, Allocs: 7, Kept: 2, Calls: 0}}}
	assert.Equal(t, figures{NS: 2, Allocs: 4, Kept: 3, Calls: 2}, s.figures())
}

func TestLaws(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 1.5, (&growth{factor: 10, law: constant}).most(), 1e-9)
	assert.InDelta(t, 15, (&growth{factor: 10, law: linear}).most(), 1e-9)
	assert.InDelta(t, 3, (&growth{factor: 10, law: logarithmic, at: 10}).most(), 1e-9)
}

// Every row gives the same answers as its peers, on data so small that nothing
// is to be learned from its figures.
func TestAnswersAreTheSame(t *testing.T) {
	b, err := newBed(true)
	require.NoError(t, err)
	b.tiny = true
	t.Cleanup(func() { assert.NoError(t, b.close()) })
	names := map[string]bool{}
	for _, w := range works() {
		assert.False(t, names[w.name], "%s is there twice", w.name)
		names[w.name] = true
		t.Run(w.name, func(t *testing.T) {
			trial, err := w.setup(b)
			require.NoError(t, err)
			require.NotNil(t, trial.same)
			require.NoError(t, trial.same())
			assert.NotEmpty(t, w.path)
			assert.NotEmpty(t, w.grows)
			if trial.close != nil {
				assert.NoError(t, trial.close())
			}
		})
	}
}
