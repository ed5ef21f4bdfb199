package linear_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// telling makes a history of a store, one call after another unless a test says otherwise.
type telling struct {
	calls []storeCall
	now   int64
}

func (h *telling) tell(client int, a ask, out *told) *storeCall {
	if a.Do == "changes" {
		a.Group = -1
	}
	h.now += 10
	c := storeCall{Client: client, In: a, Begun: h.now, Out: out, Ended: h.now + 5}
	if out == nil {
		c.Ended = never
	}
	h.calls = append(h.calls, c)
	return &h.calls[len(h.calls)-1]
}

func put(key int, value, when string, rev int64) step {
	return step{Do: "put", Key: key, Value: value, If: when, Rev: rev}
}

func apply(steps ...step) ask { return ask{Do: "apply", Steps: steps} }

var (
	get     = ask{Do: "get"}
	list    = ask{Do: "list"}
	changes = ask{Do: "changes", Limit: pageSize}
)

const pageSize = 10

// Every history here is broken in one way; what is wrong with it must be said.
func TestS2_TheJudgeSeesWhatAStoreGetsWrong(t *testing.T) {
	t.Parallel()
	at := func(rev int64, value string) *told { return &told{Rev: rev, Rows: []row{{Rev: rev, Value: value}}} }
	tests := map[string]struct {
		history func(h *telling)
		last    []row
		want    string
	}{
		"a stale read": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(0, apply(put(0, "b", "any", 0)), &told{Rev: 2})
			h.tell(1, get, at(1, "a"))
		}, []row{{Rev: 2, Value: "b"}}, "group 0: no order"},
		"a stale list": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(1, list, &told{})
		}, []row{{Rev: 1, Value: "a"}}, "group 0: no order"},
		"a stale page of changes": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(1, changes, &told{})
		}, []row{{Rev: 1, Value: "a"}}, "group 0: no order"},
		"a lost write": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(0, apply(put(1, "b", "any", 0)), &told{Rev: 2})
		}, []row{{Rev: 1, Value: "a"}}, "lost:"},
		"two winners of one compare-and-swap": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "absent", 0)), &told{Rev: 1})
			h.tell(1, apply(put(0, "b", "at", 1)), &told{Rev: 2}).Ended = 100
			h.tell(2, apply(put(0, "c", "at", 1)), &told{Rev: 3}).Ended = 100
		}, []row{{Rev: 3, Value: "c"}}, "group 0: no order"},
		"two winners of one name": {func(h *telling) {
			h.tell(1, apply(put(0, "b", "absent", 0)), &told{Rev: 1}).Ended = 100
			h.tell(2, apply(put(0, "c", "absent", 0)), &told{Rev: 2}).Ended = 100
		}, []row{{Rev: 2, Value: "c"}}, "group 0: no order"},
		"a conflict for no reason": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "absent", 0)), &told{Rev: 1})
			h.tell(0, apply(put(0, "b", "at", 1)), &told{Err: conflict})
		}, []row{{Rev: 1, Value: "a"}}, "group 0: no order"},
		"half of an Apply": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0), put(1, "b", "any", 0)), &told{Rev: 1}).Ended = 100
			h.tell(1, list, at(1, "a"))
		}, []row{{Rev: 1, Value: "a"}, {Key: 1, Rev: 1, Value: "b"}}, "group 0: no order"},
		"half of an Apply of one who was killed": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0), put(1, "b", "any", 0)), nil)
			h.tell(1, list, at(1, "a"))
		}, []row{{Rev: 1, Value: "a"}}, "group 0: no order"},
		"an Apply of one who was killed, undone": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), nil)
			h.tell(1, get, at(1, "a"))
			h.tell(1, get, &told{Err: notFound})
		}, nil, "group 0: no order"},
		"an Apply done twice": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), nil)
			h.tell(1, get, at(1, "a"))
			h.tell(1, get, at(2, "a"))
		}, []row{{Rev: 2, Value: "a"}}, "it was done twice"},
		"an Apply that was refused, and done": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(0, apply(put(0, "b", "absent", 0)), &told{Err: conflict})
			h.tell(0, get, at(2, "b"))
		}, []row{{Rev: 2, Value: "b"}}, "group 0: no order"},
		"an Apply that came too late, and was done": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Err: late})
			h.tell(0, get, at(1, "a"))
		}, []row{{Rev: 1, Value: "a"}}, "group 0: no order"},
		"a revision given twice": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1}).Ended = 100
			h.tell(1, ask{Do: "apply", Group: 1, Steps: []step{put(0, "b", "any", 0)}}, &told{Rev: 1}).Ended = 100
		}, []row{{Rev: 1, Value: "a"}, {Group: 1, Rev: 1, Value: "b"}}, "given twice"},
		"a revision that falls, of other keys": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 2})
			h.tell(1, ask{Do: "apply", Group: 1, Steps: []step{put(0, "b", "any", 0)}}, &told{Rev: 1})
		}, []row{{Group: 1, Rev: 1, Value: "b"}, {Rev: 2, Value: "a"}}, "had been seen"},
		"changes that are out of order": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(0, apply(put(1, "b", "any", 0)), &told{Rev: 2})
			h.tell(1, changes, &told{Rev: 2, Rows: []row{{Key: 1, Rev: 2, Value: "b"}, {Rev: 1, Value: "a"}}})
		}, []row{{Rev: 1, Value: "a"}, {Key: 1, Rev: 2, Value: "b"}}, "Changes(0) has"},
		"a change that appears behind a later one": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1}).Ended = 100
			h.tell(1, apply(put(1, "b", "any", 0)), &told{Rev: 2})
			h.tell(2, changes, &told{Rev: 2, Rows: []row{{Key: 1, Rev: 2, Value: "b"}}})
		}, []row{{Rev: 1, Value: "a"}, {Key: 1, Rev: 2, Value: "b"}}, "never heard"},
		"an error of the database": {func(h *telling) {
			h.tell(0, get, &told{Err: "*errors.errorString: database is locked (5) (SQLITE_BUSY)"})
		}, nil, "SQLITE_BUSY"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h telling
			tt.history(&h)
			v := judgeStore(h.calls, tt.last, 2, time.Minute)
			require.Zero(t, v.unknown)
			assert.Contains(t, strings.Join(v.faults, "\n"), tt.want)
		})
	}
}

// What a kill leaves open may be so or so, and nothing is wrong with it.
func TestS2_TheJudgeAcceptsWhatMayBe(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		history func(h *telling)
		last    []row
	}{
		"done, long after": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "absent", 0), put(1, "b", "any", 0)), nil)
			h.tell(1, list, &told{})
			h.tell(1, list, &told{Rows: []row{{Rev: 1, Value: "a"}, {Key: 1, Rev: 1, Value: "b"}}})
		}, []row{{Rev: 1, Value: "a"}, {Key: 1, Rev: 1, Value: "b"}}},
		"never done": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), nil)
			h.tell(1, get, &told{Err: notFound})
		}, nil},
		"in doubt, and deleted": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1})
			h.tell(0, apply(step{Do: "delete", If: "any"}), &told{Err: doubt})
			h.tell(1, get, &told{Err: notFound})
			h.tell(1, changes, &told{Rev: 2, Rows: []row{{Rev: 2, Gone: true}}})
		}, []row{{Rev: 2, Gone: true}}},
		"overtaken": {func(h *telling) {
			h.tell(0, apply(put(0, "a", "any", 0)), &told{Rev: 1}).Ended = 100
			h.tell(1, get, &told{Err: notFound})
			h.tell(2, get, &told{Rows: []row{{Rev: 1, Value: "a"}}})
		}, []row{{Rev: 1, Value: "a"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h telling
			tt.history(&h)
			v := judgeStore(h.calls, tt.last, 2, time.Minute)
			assert.Empty(t, v.faults)
		})
	}
}

// An order that was not found in time is not an order.
func TestS2_TheJudgeSaysWhenItDoesNotKnow(t *testing.T) {
	t.Parallel()
	var h telling
	for i := range 200 {
		value := string(rune('a'+i%26)) + string(rune('a'+i/26))
		h.tell(i, apply(put(0, value, "any", 0)), nil)
	}
	h.tell(0, get, &told{Rows: []row{{Rev: 1000, Value: "none of these"}}})
	v := judgeStore(h.calls, nil, 1, 10*time.Millisecond)
	assert.Equal(t, 1, v.unknown)
	assert.NotEmpty(t, v.faults)
}
