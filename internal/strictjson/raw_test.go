package strictjson

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type envelope struct {
	Entries []Raw          `json:"entries,omitempty"`
	ByName  map[string]Raw `json:"byName,omitempty"`
	One     Raw            `json:"one,omitzero"`
}

func TestRawIsDecodedLaterWithPlacesInTheWhole(t *testing.T) {
	t.Parallel()
	in := []byte(` {"one": [1] ,"entries":[ {"n":1}, {"n":300} ],"byName":{"a/b":{"N":1}}} `)
	var v envelope
	if f := Decode(in, &v, &Options{Base: 1000, Pointer: "/doc"}); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
	if string(v.One.Bytes) != "[1]" || v.One.Pointer != "/doc/one" || v.One.Offset != 1009 {
		t.Errorf("%+v", v.One)
	}
	var n inner
	if f := DecodeRaw(v.Entries[0], &n, nil); len(f) != 0 || n.N != 1 {
		t.Errorf("%+v %+v", f, n)
	}
	got := append(DecodeRaw(v.Entries[1], &n, nil), DecodeRaw(v.ByName["a/b"], &n, &Options{})...)
	want := []string{
		`/doc/entries/1/n 1040 number "300" is out of range for 8 bits`,
		`/doc/byName/a~1b/N 1064 unknown member "N"; it is written n`,
	}
	if d := cmp.Diff(want, lines(got)); d != "" {
		t.Error(d)
	}
	if cap(v.One.Bytes) != len(v.One.Bytes) {
		t.Error("appending to the captured value would write into the document")
	}
}

func TestRawIsCheckedUnlessDeferred(t *testing.T) {
	t.Parallel()
	in := []byte(`{"entries":[{"a":1,"a":2},"\ud800",` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `]}`)
	var v envelope
	if f := Decode(in, &v, nil); len(f) != 3 || f[0].Pointer != "/entries/0/a" || len(v.Entries) != 3 {
		t.Errorf("%+v", f)
	}
	v = envelope{}
	o := &Options{DeferRaw: true}
	if f := Decode(in, &v, o); len(f) != 0 || len(v.Entries) != 3 {
		t.Errorf("%+v", f)
	}
	for i, r := range v.Entries {
		var x any
		if f := DecodeRaw(r, &x, o); len(f) != 1 {
			t.Errorf("%d: %+v", i, f)
		}
	}
}

func TestSyntaxInADeferredRawNamesItsPlace(t *testing.T) {
	t.Parallel()
	var v envelope
	in := `{"entries":[{"a":1,"a":2},{"b":[1,{"c":nul}]}],"one":?}`
	want := []string{`!/entries/1/b/1/c 39 want null`}
	if d := cmp.Diff(want, lines(Decode([]byte(in), &v, &Options{DeferRaw: true}))); d != "" {
		t.Error(d)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	type doc struct {
		L List `json:"l"`
		M int  `json:"m"`
	}
	for in, want := range map[string][]string{
		`[]`:                    nil,
		` [ ] `:                 nil,
		`[ 1 , {"a":[2]},"x" ]`: {`/p/l/0 %d 1`, `/p/l/1 %d {"a":[2]}`, `/p/l/2 %d "x"`},
		`{"a":1}`:               nil,
		`null`:                  nil,
	} {
		var v doc
		text := `{"l":` + in + `,"m":7}`
		o := &Options{DeferRaw: true, Base: 10, Pointer: "/p"}
		if faults := Decode([]byte(text), &v, o); len(faults) > 0 || v.M != 7 {
			t.Errorf("%s: %v, %d", in, faults, v.M)
		}
		var got, exp []string
		for i := range v.L.Len() {
			r, left := v.L.At(i)
			if left {
				t.Errorf("%s: %d", in, i)
			}
			if at := r.Offset - 10; text[at:at+len(r.Bytes)] != string(r.Bytes) {
				t.Errorf("%s: element %d is not at %d", in, i, at)
			}
			got = append(got, r.Pointer+" "+string(r.Bytes))
		}
		for _, w := range want {
			exp = append(exp, strings.Replace(w, "%d ", "", 1))
		}
		if d := cmp.Diff(exp, got); d != "" {
			t.Errorf("%s: %s", in, d)
		}
		if trimmed := strings.TrimSpace(in); string(v.L.Bytes) != trimmed {
			t.Errorf("%s: captured %s", in, v.L.Bytes)
		}
	}
	for _, in := range []string{`[1,2`, `[1,?,2]`, `[1 2]`, `[,]`, `[1,]`, `[`} {
		var v doc
		if faults := Decode([]byte(`{"l":`+in+`,"m":7}`), &v, &Options{DeferRaw: true}); len(faults) == 0 || !faults[len(faults)-1].Fatal {
			t.Errorf("%s: %v", in, faults)
		}
	}
}

func TestKeptIsDecodedAndCaptured(t *testing.T) {
	t.Parallel()
	var v struct {
		A Kept[inner]  `json:"a"`
		B Kept[*inner] `json:"b"`
		C Kept[string] `json:"c"`
	}
	faults := Decode([]byte(`{"a": {"n" : 1} ,"b":null,"c":null}`), &v, nil)
	if d := cmp.Diff([]string{`/c 30 want a string, got null`}, lines(faults)); d != "" {
		t.Error(d)
	}
	if v.A.Value.N != 1 || string(v.A.Bytes) != `{"n" : 1}` || v.B.Value != nil || string(v.B.Bytes) != "null" {
		t.Errorf("%+v", v)
	}
	var bad Kept[chan int]
	if f := Decode([]byte(`1`), &bad, nil); len(f) != 1 || !f[0].Fatal {
		t.Error(f)
	}
}

func TestSlicesOfLargeElementsHaveNoSlack(t *testing.T) {
	t.Parallel()
	for n := range 100 {
		var v []sample
		in := "[" + strings.TrimSuffix(strings.Repeat(`{"name":"a"}, `, n), ", ") + "]"
		if f := Decode([]byte(in), &v, nil); len(f) != 0 || len(v) != n || cap(v) != n {
			t.Fatalf("%d: %d of %d, %+v", n, len(v), cap(v), f)
		}
		for i := range v {
			if v[i].Name != "a" {
				t.Fatal("lost", i)
			}
		}
	}
}
