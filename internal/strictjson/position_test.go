package strictjson

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	data := []byte("{\n  \"a\": 1\n}\n")
	for _, tt := range []struct{ offset, line, column int }{
		{-1, 1, 1}, {0, 1, 1}, {1, 1, 2}, {2, 2, 1}, {9, 2, 8}, {11, 3, 1}, {13, 4, 1}, {99, 4, 1},
	} {
		if line, column := Position(data, tt.offset); line != tt.line || column != tt.column {
			t.Errorf("%d: %d:%d", tt.offset, line, column)
		}
	}
}

func TestLinesInAnyOrder(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	data := make([]byte, 2000)
	for i := range data {
		data[i] = "\nabcdefg"[r.IntN(8)]
	}
	l := NewLines(data)
	for range 2000 {
		offset := r.IntN(len(data) + 1)
		line := 1 + bytes.Count(data[:offset], []byte("\n"))
		column := offset - bytes.LastIndexByte(data[:offset], '\n')
		if gotLine, gotColumn := l.At(offset); gotLine != line || gotColumn != column {
			t.Fatalf("%d: %d:%d, want %d:%d", offset, gotLine, gotColumn, line, column)
		}
	}
}

func TestManyPositionsOnOneLongLineAreQuick(t *testing.T) {
	t.Parallel()
	data := []byte(strings.Repeat("x", 10<<20))
	l := NewLines(data)
	for i := 0; i < len(data); i += 100 {
		if line, column := l.At(i); line != 1 || column != i+1 {
			t.Fatal(line, column)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	const in = ` {"a": [10, {"b/~": "x", "": 2, "a": 3}], "\u0061b": {"c": []}, "a": 4}`
	for _, tt := range []struct {
		pointer, at string
		ok          bool
	}{
		{"", `{"a": [10`, true},
		{"/a", "[10", true},
		{"/a/0", "10", true},
		{"/a/1/b~1~0", `"x"`, true},
		{"/a/1/", "2,", true},
		{"/ab/c", "[]", true},
		{"/ab/c/0", "[]", false},
		{"/ab/d/e", `{"c"`, false},
		{"/a/2", "[10", false},
		{"/a/01", "[10", false},
		{"/a/0/x", "10", false},
		{"a", `{"a": [10`, false},
	} {
		offset, ok := Locate([]byte(in), tt.pointer)
		if ok != tt.ok || !strings.HasPrefix(in[offset:], tt.at) {
			t.Errorf("%q: %v at %q", tt.pointer, ok, in[offset:])
		}
	}
}

func TestLocateInBrokenInput(t *testing.T) {
	t.Parallel()
	const in = `{"a":[1,{"b":2}]}`
	for i := range len(in) {
		if offset, _ := Locate([]byte(in[:i]), "/a/1/b"); offset > i {
			t.Errorf("%q: %d", in[:i], offset)
		}
	}
	if _, ok := Locate(nil, ""); ok {
		t.Error("found something in nothing")
	}
}
