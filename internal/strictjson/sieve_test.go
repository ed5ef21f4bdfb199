package strictjson

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type listed struct {
	F string `json:"f"`
	L List   `json:"l"`
	M int    `json:"m"`
}

// told is how much of an element sieved looks at.
const told = 9

// sieved takes every other object of a document for known, and puts it through a Sieve in pieces.
func sieved(data []byte, piece int) (whole, rest listed, x *Excerpt, ok, alike bool) {
	if len(Decode(data, &whole, &Options{DeferRaw: true})) > 0 {
		return whole, rest, nil, false, false
	}
	sizes := map[string]int{}
	for i := range whole.L.Len() {
		b := string(lone(whole.L.At(i)).Bytes)
		if b[0] != '{' || len(b) < told {
			continue
		}
		if _, twice := sizes[b[:told]]; twice {
			alike = true
		}
		sizes[b[:told]] = len(b) * (1 - i%2)
	}
	var gone, want []byte
	s := NewSieve("l", len(data), func(rest []byte) (int, bool) {
		if len(rest) < told {
			return 0, true
		}
		return sizes[string(rest[:told])], false
	}, func(p []byte) { gone = append(gone, p...) })
	for left := data; len(left) > 0; left = left[min(piece, len(left)):] {
		scratch := bytes.Clone(left[:min(piece, len(left))])
		if n, err := s.Write(scratch); n != len(scratch) || err != nil {
			return whole, rest, nil, false, alike
		}
		clear(scratch) // a Sieve keeps nothing of it
	}
	x, ok = s.Excerpt()
	if !ok || len(Decode(x.Bytes, &rest, &Options{DeferRaw: true, Left: x.Left()})) > 0 {
		return whole, rest, x, false, alike
	}
	for i := range rest.L.Len() {
		if _, left := rest.L.At(i); left && i < whole.L.Len() {
			want = append(want, lone(whole.L.At(i)).Bytes...)
		}
	}
	return whole, rest, x, alike || bytes.Equal(gone, want), alike
}

func lone(r Raw, _ bool) Raw { return r }

// compare says in what the elements that are left differ from those of the whole document.
func compare(data []byte, whole, rest *listed, x *Excerpt) string {
	if whole.L.Len() != rest.L.Len() || whole.F != rest.F || whole.M != rest.M || x.Size != len(data) {
		return fmt.Sprintf("%+v became %+v of %d bytes", whole, rest, x.Size)
	}
	lines, cuts := x.Lines(), 0
	for i := range whole.L.Len() {
		want := lone(whole.L.At(i))
		got, left := rest.L.At(i)
		line, column := Position(data, want.Offset)
		if left {
			cuts++
			continue
		}
		if l, c := lines.At(got.Offset); string(got.Bytes) != string(want.Bytes) || l != line || c != column {
			return fmt.Sprintf("element %d is %s at %d:%d, want %s at %d:%d", i, got.Bytes, l, c, want.Bytes, line, column)
		}
	}
	if cuts != x.Cuts() {
		return fmt.Sprintf("%d elements were left out, not %d", cuts, x.Cuts())
	}
	line, column := Position(data, len(data))
	if l, c := lines.At(len(x.Bytes)); l != line || c != column {
		return fmt.Sprintf("it ends at %d:%d, not %d:%d", l, c, line, column)
	}
	return ""
}

func TestSieveLeavesOutWhatIsKnown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		doc  string
		cuts int
	}{
		"on lines":       {"{\"f\":\"v\",\"l\":[\n{\"a1\":{\"x\":1}},\n{\"b2\":{\"x\":2}},\n{\"c3\":{\"x\":3}}],\"m\":7}\n", 2},
		"in one":         {`{"l":[{"a1":{"x":1}},{"b2":{"x":2}},{"c3":{"x":3}},{"d4":{"x":[4]}},7,8],"f":"v"}`, 2},
		"one only":       {`{"l":[{"a1":{"x":1}}]}`, 1},
		"with breaks":    {"{\"l\":[{\"a1\":\n{\"x\":\n1}},{\"b2\":{\"x\":2}} , {\"c3\":\n{\"x\":3}},\n  \"d\"]}", 2},
		"spaced out":     {" { \"f\" : \"v\" , \"l\" : [ {\"a1\":{\"x\":1}} , {\"b2\":{\"x\":2}} ] }", 1},
		"of scalars":     {`{"l":[1,"two",null,[3],{}]}`, 0},
		"empty":          {`{"l":[],"m":1}`, 0},
		"no list":        {`{"l":{"a1":{"x":1}}}`, 0},
		"another name":   {`{"\u006c":[{"a1":{"x":1}}]}`, 0},
		"none":           {`{"m":1}`, 0},
		"not at the top": {`{"f":"[{\"l\":[{\"a1\":{}}]","l":[{"a1":{"l":[{"a1":{}}]}}]}`, 1},
	} {
		for piece := 1; piece < len(tt.doc)+2; piece++ {
			whole, rest, x, ok, _ := sieved([]byte(tt.doc), piece)
			if !ok {
				t.Fatalf("%s, by %d: does not read", name, piece)
			}
			if diff := compare([]byte(tt.doc), &whole, &rest, x); diff != "" {
				t.Errorf("%s, by %d: %s", name, piece, diff)
			}
			if x.Cuts() != tt.cuts {
				t.Errorf("%s, by %d: %d left out, want %d", name, piece, x.Cuts(), tt.cuts)
			}
		}
	}
}

// What is other than expected stays, or is told.
func TestSieveIsSureOfWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]struct {
		left string
		ok   bool
	}{
		`{"l":[{"known"}},1]}`:               {`{"l":[,1]}`, true},
		`{"l":[{"known"x},1]}`:               {`{"l":[,1]}`, true},
		`{"l":[{"known"} },1]}`:              {`{"l":[},1]}`, true},
		`{"l":[{"known"}`:                    {`{"l":[`, false},
		`{"l":[1 {"known"}}]}`:               {`{"l":[1 {"known"}}]}`, true},
		`{"l":[?,{"known"}}]}`:               {`{"l":[?,{"known"}}]}`, true},
		`["l",[{"known"}}]]`:                 {`["l",[{"known"}}]]`, true},
		`{"k":[{"known"}}],"l":{"a":1}}`:     {`{"k":[{"known"}}],"l":{"a":1}}`, true},
		`{"l" 1,"l":[{"known"}}]}`:           {`{"l" 1,"l":[{"known"}}]}`, true},
		`{"m":1"l":[{"known"}}]}`:            {`{"m":1"l":[{"known"}}]}`, true},
		`{"l":[{"known"}}],"l":[{"known"}}]`: {`{"l":[],"l":[{"known"}}]`, true},
	} {
		for piece := 1; piece < len(doc)+2; piece++ {
			s := NewSieve("l", 0, func(rest []byte) (int, bool) {
				const known = `{"known"`
				if n := min(len(known), len(rest)); string(rest[:n]) != known[:n] {
					return 0, false
				} else if n < len(known) {
					return 0, true
				}
				return len(known) + 2, false
			}, func([]byte) {})
			for left := doc; left != ""; left = left[min(piece, len(left)):] {
				_, _ = s.Write([]byte(left[:min(piece, len(left))]))
			}
			x, ok := s.Excerpt()
			if string(x.Bytes) != want.left || ok != want.ok || x.Size != len(doc) {
				t.Errorf("%s, by %d: %s, %t, of %d", doc, piece, x.Bytes, ok, x.Size)
			}
		}
	}
}

// An element that has no end in sight stays, and all after it.
func TestSieveDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	long := `{"l":[{"a1":{"x":1}},"` + strings.Repeat("x", 3*maxWaiting) + `",{"b2":{"x":1}},{"c3":{"x":1}}],"m":1}`
	whole, rest, x, ok, _ := sieved([]byte(long), 64<<10)
	if !ok || x.Cuts() != 1 {
		t.Fatal(ok, x.Cuts())
	}
	if diff := compare([]byte(long), &whole, &rest, x); diff != "" {
		t.Error(diff[:100])
	}
}

func FuzzSieve(f *testing.F) {
	f.Add([]byte(`{"f":"v","l":[{"a1":{"x":1}},`+"\n"+`{"b2":{"x":2}},{"c3":{"x":3}}],"m":7}`), uint16(7))
	f.Add([]byte(`{"l":[1,[{"a":{"b":1}}],{"a":{"b":1}} ]}`), uint16(1))
	f.Fuzz(func(t *testing.T, data []byte, piece uint16) {
		whole, rest, x, ok, alike := sieved(data, int(piece)+1)
		switch {
		case x == nil || alike:
		case !ok:
			t.Fatal("what is left does not read")
		default:
			if d := cmp.Diff("", compare(data, &whole, &rest, x)); d != "" {
				t.Fatal(d)
			}
		}
	})
}
