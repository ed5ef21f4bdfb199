package faultlist_test

import (
	"testing"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
	"github.com/stretchr/testify/require"
)

const text = "{\n  \"a\": [\n    {\"b/c\": 1}\n  ]\n}"

func raw(t *testing.T) strictjson.Raw {
	t.Helper()
	var doc struct {
		A []strictjson.Raw `json:"a"`
	}
	require.Empty(t, strictjson.Decode([]byte(text), &doc, nil))
	return doc.A[0]
}

func TestListTellsPositionsInDocumentOrder(t *testing.T) {
	t.Parallel()
	var l, m faultlist.List
	require.Nil(t, l.In(strictjson.NewLines([]byte(text))))
	l.Note(raw(t), "/"+faultlist.EscapePointer("b/c"), "is %d", 1)
	l.NoteOnce(raw(t), "/b~1c", "is told already")
	l.NoteOnce(raw(t), "/x", "is missing")
	m.Add(strictjson.Fault{Pointer: "/a", Offset: 9, Reason: "first"})
	l.Join(&m)
	require.Equal(t, 3, l.Len())
	require.Equal(t, []connector.Fault{
		{Pointer: "/a", Line: 2, Column: 8, Reason: "first"},
		{Pointer: "/a/0/x", Line: 3, Column: 5, Reason: "is missing"},
		{Pointer: "/a/0/b~1c", Line: 3, Column: 13, Reason: "is 1"},
	}, l.In(strictjson.NewLines([]byte(text))))
}

func TestListIsBounded(t *testing.T) {
	t.Parallel()
	var l, m faultlist.List
	for range faultlist.MaxFaults + 5 {
		l.Note(raw(t), "", "bad")
	}
	m.Join(&l)
	m.Add(strictjson.Fault{Reason: "one"}, strictjson.Fault{Reason: "two"})
	require.Equal(t, faultlist.MaxFaults+7, m.Len())
	faults := m.In(strictjson.NewLines([]byte(text)))
	require.Len(t, faults, faultlist.MaxFaults+1)
	require.Equal(t, "7 more faults are not listed", faults[faultlist.MaxFaults].Reason)
}

func TestEscapePointer(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a~1b~0c", faultlist.EscapePointer("a/b~c"))
}
