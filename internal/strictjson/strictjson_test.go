package strictjson

import (
	"encoding/json"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type level string

type inner struct {
	N    int8              `json:"n,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
}

type sample struct {
	Name    string            `json:"name"`
	Level   level             `json:"level,omitempty"`
	On      bool              `json:"on,omitempty"`
	Count   uint16            `json:"count,omitempty"`
	Size    int64             `json:"size,omitempty"`
	Ratio   float64           `json:"ratio,omitempty"`
	Small   float32           `json:"small,omitempty"`
	At      time.Time         `json:"at,omitzero"`
	Addr    netip.Addr        `json:"addr,omitzero"`
	Inner   inner             `json:"inner,omitzero"`
	Ptr     *inner            `json:"ptr,omitempty"`
	List    []inner           `json:"list,omitempty"`
	Names   []string          `json:"names,omitempty"`
	Ints    map[string]int    `json:"ints,omitempty"`
	Levels  map[level][]level `json:"levels,omitempty"`
	Schema  json.RawMessage   `json:"schema,omitempty"`
	Any     any               `json:"any,omitempty"`
	Next    *sample           `json:"next,omitempty"`
	Plain   string
	Skipped string `json:"-"`
	private string //nolint:unused // must be left alone
}

func TestDecodesWhatEncodingJSONDecodes(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{}`,
		` {"name":"a","level":"high","on":true,"count":65535,"size":-9223372036854775808,"ratio":-1.5e-3,"small":0.1} `,
		`{"at":"2024-02-29T23:59:59.5+01:00","addr":"192.0.2.1","inner":{"n":-128,"tags":{"":"x"}}}`,
		`{"ptr":null,"list":[],"names":["a","b",""],"ints":{"a":1,"b":-0},"levels":{"x":["y"]}}`,
		`{"ptr":{"n":1},"list":[{},{"n":2},{"tags":{}}]}`,
		`{"schema": {"a" : [1, null, "é\u00e9"]} ,"any":{"a":[1,"x",null,true,{}]}}`,
		`{"schema":null,"any":null,"next":{"next":{"name":"deep"}}}`,
		`{"name":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00é漢","Plain":"` + strings.Repeat("long ", 300) + `"}`,
		"{\"name\":\"12345678\"\n,\r\t\"Plain\":\"1234567\\n\"}",
	} {
		var got, want sample
		if faults := Decode([]byte(in), &got, nil); len(faults) != 0 {
			t.Errorf("%s: %+v", in, faults)
		}
		if err := json.Unmarshal([]byte(in), &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(sample{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
}

func TestDecodesTopLevelKinds(t *testing.T) {
	t.Parallel()
	var s string
	var m map[string][]int
	var p *float64
	var u uint64
	for in, v := range map[string]any{
		`"x"`: &s, `{"a":[1,2]}`: &m, `-0.25`: &p, `18446744073709551615`: &u,
	} {
		if faults := Decode([]byte(in), v, nil); len(faults) != 0 {
			t.Errorf("%s: %+v", in, faults)
		}
	}
	if s != "x" || !cmp.Equal(m, map[string][]int{"a": {1, 2}}) || *p != -0.25 || u != math.MaxUint64 {
		t.Error(s, m, *p, u)
	}
}

// A case lists its faults as "pointer offset reason", fatal ones with a leading
// "!".
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"empty", "", []string{`! 0 input is empty`}},
		{"blank", " \n", []string{`! 2 input is empty`}},
		{"html", "\n<!DOCTYPE html>", []string{`! 1 input starts with '<': HTML instead of JSON`}},
		{"bom", "\xef\xbb\xbf{}", []string{`! 0 input starts with a byte order mark; JSON has none`}},
		{"utf16", "\xff\xfe{\x00", []string{`! 0 input is UTF-16; JSON is UTF-8`}},
		{"gzip", "\x1f\x8b\x08", []string{`! 0 input is compressed with gzip`}},
		{"zip", "PK\x03\x04", []string{`! 0 input is a zip archive`}},
		{"yaml", "---\na: 1", []string{`! 0 input starts with '---': YAML instead of JSON`}},
		{"several", `{"name":1,"on":"yes","count":-1,"ratio":[1],"inner":3,"list":{},"ints":true}`, []string{
			`/name 8 want a string, got a number`,
			`/on 15 want a boolean, got a string`,
			`/count 29 want an integer from 0, got "-1"`,
			`/ratio 40 want a number, got an array`,
			`/inner 52 want an object, got a number`,
			`/list 61 want an array, got an object`,
			`/ints 71 want an object, got a boolean`,
		}},
		{"null", `{"name":null,"list":null,"at":null,"ints":null,"ptr":null}`, []string{
			`/name 8 want a string, got null`,
			`/list 20 want an array, got null`,
			`/at 30 want a time, got null`,
			`/ints 42 want an object, got null`,
		}},
		{"ranges", `{"count":65536,"inner":{"n":-129},"size":9223372036854775808,"ratio":1e999,"small":1e39}`, []string{
			`/count 9 number "65536" is out of range for 16 bits`,
			`/inner/n 28 number "-129" is out of range for 8 bits`,
			`/size 41 number "9223372036854775808" is out of range for 64 bits`,
			`/ratio 69 number "1e999" is out of range`,
			`/small 83 number "1e39" is out of range`,
		}},
		{"no integer", `{"count":1.0,"size":1e3}`, []string{
			`/count 9 want an integer from 0, got "1.0"`, `/size 20 want an integer, got "1e3"`,
		}},
		{"unknown", `{"Name":"a","x-mine":{"a":1},"x":1,"a/b~":2}`, []string{
			`/Name 1 unknown member "Name"; it is written name`,
			`/x 29 unknown member "x"`,
			`/a~1b~0 35 unknown member "a/b~"`,
		}},
		{"duplicates", `{"name":"a","name":"b","x-1":1,"x-\u0031":2,"ints":{"a":1,"a":"x"},"schema":{"q":[{"r":1,"r":2}]},"x-2":[{"":0,"":0}]}`, []string{
			`/name 12 duplicate member "name"`,
			`/x-1 31 duplicate member "x-1"`,
			`/ints/a 58 duplicate member "a"`,
			`/schema/q/0/r 89 duplicate member "r"`,
			`/x-2/0/ 111 duplicate member ""`,
		}},
		{"texts", "{\"name\":\"a\xffb\",\"level\":\"\\ud800\\u0041\",\"x-\xc3\":\"\\udc00\",\"names\":[\"\xed\xa0\x80\"],\"schema\":\"\\ud800\"}", []string{
			`/name 10 invalid UTF-8: byte 0xff`,
			`/level 23 unpaired surrogate "\\ud800"`,
			"/x-\xc3 40 invalid UTF-8: byte 0xc3",
			"/x-\xc3 44 unpaired surrogate \"\\\\udc00\"",
			`/names/0 62 invalid UTF-8: byte 0xed`,
			`/schema 78 unpaired surrogate "\\ud800"`,
		}},
		{"time and text", `{"at":"yesterday","addr":"here"}`, []string{
			`/at 6 "yesterday" is not a time like 2006-01-02T15:04:05Z`,
			`/addr 25 ParseAddr("here"): unable to parse IP`,
		}},
		{"trailing", `{"name":"a"} {}`, []string{`! 13 more data after the end of the value`}},
		{"then fatal", `{"name":1,"names":["a",}`, []string{
			`/name 8 want a string, got a number`,
			`!/names/1 23 want a value, not '}'`,
		}},
		{"trailing comma", `{"names":["a",]}`, []string{`!/names/1 14 want a value, not ']'`}},
		{"trailing comma in object", `{"name":"a",}`, []string{`! 12 want a member name in double quotes, not '}'`}},
		{"no comma", `{"name":"a" "on":true}`, []string{`! 12 want ',' or '}', not '"'`}},
		{"no colon", `{"name" "a"}`, []string{`!/name 8 want ':' after the member name, not '"'`}},
		{"single quotes", `{"name":'a'}`, []string{`!/name 8 strings are written in double quotes`}},
		{"comment", "{\"name\": // x\n", []string{`!/name 9 JSON has no comments`}},
		{"python", `{"on":True}`, []string{`!/on 6 True is not JSON`}},
		{"word", `{"on":yes}`, []string{`!/on 6 want a value, not 'y'`}},
		{"plus", `{"count":+1}`, []string{`!/count 9 a number must not start with '+'`}},
		{"zero", `{"count":01}`, []string{`!/count 9 a number must not start with 0`}},
		{"no digit", `{"count":-}`, []string{`!/count 10 a number needs a digit here`}},
		{"no fraction", `{"ratio":1.}`, []string{`!/ratio 11 a number needs a digit after its point`}},
		{"no exponent", `{"ratio":1e+}`, []string{`!/ratio 12 a number needs a digit in its exponent`}},
		{"literal", `{"on":trie}`, []string{`!/on 6 want true`}},
		{"control", "{\"name\":\"a\nb\"}", []string{`!/name 10 control character 0x0a inside a string; write it as an escape`}},
		{"escape", `{"name":"a\xb"}`, []string{`!/name 10 unknown escape "\\x" in a string`}},
		{"hex", `{"name":"a\u00g0"}`, []string{`!/name 10 \u needs four hexadecimal digits`}},
		{"in raw", `{"schema":{"a":[1,{"b":tru}]}}`, []string{`!/schema/a/1/b 23 want true`}},
		{"in any", `{"any":{"a":[?]}}`, []string{`!/any/a/0 13 want a value, not '?'`}},
		{"text of a name", "{\"a\xff\":{\"b\xff\":1}}", []string{
			"/a\xff 1 unknown member \"a\\xff\"", "/a\xff 3 invalid UTF-8: byte 0xff", "/a\xff/b\xff 9 invalid UTF-8: byte 0xff",
		}},
		{"name escape", `{"na\qe":1}`, []string{`! 4 unknown escape "\\q" in a string`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v sample
			got := lines(Decode([]byte(tt.in), &v, nil))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func lines(faults []Fault) []string {
	var out []string
	for _, f := range faults {
		s := f.Pointer + " " + strconv.Itoa(f.Offset) + " " + f.Reason
		if f.Fatal {
			s = "!" + s
		}
		out = append(out, s)
	}
	return out
}

func TestTruncatedInputIsFatalEverywhere(t *testing.T) {
	t.Parallel()
	const whole = `{"name":"a\u00e9\n","on":true,"list":[{"n":1},{"tags":{"a":"b"}}],"schema":[null,{"a":-1.5e3}],"any":[{}]}`
	for i := range len(whole) {
		var v sample
		faults := Decode([]byte(whole[:i]), &v, nil)
		if len(faults) != 1 || !faults[0].Fatal || faults[0].Offset > i {
			t.Errorf("%q: %+v", whole[:i], faults)
		}
		var r Raw
		if faults := Decode([]byte(whole[:i]), &r, &Options{DeferRaw: true}); len(faults) != 1 || !faults[0].Fatal {
			t.Errorf("raw %q: %+v", whole[:i], faults)
		}
	}
}

func TestWhatIsSoundIsDecodedDespiteFaults(t *testing.T) {
	t.Parallel()
	var v sample
	faults := Decode([]byte(`{"on":1,"names":["a",2,"c"],"ints":{"a":1,"b":"x"},"name":"kept","name":"later","size":7}`), &v, nil)
	if len(faults) != 4 {
		t.Errorf("%+v", faults)
	}
	want := sample{Names: []string{"a", "", "c"}, Ints: map[string]int{"a": 1, "b": 0}, Name: "kept", Size: 7}
	if d := cmp.Diff(want, v, cmp.AllowUnexported(sample{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

func TestDeepNestingIsAFaultAndNoOverflow(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for _, in := range []string{
		`{"schema":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `,"on":true}`,
		`{"any":` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + `,"on":true}`,
		strings.Repeat(`{"next":`, n) + "{}" + strings.Repeat("}", n),
	} {
		var v sample
		faults := Decode([]byte(in), &v, nil)
		if len(faults) != 1 || faults[0].Fatal || faults[0].Reason != "nested deeper than 128 levels" {
			t.Errorf("%+v", faults)
		}
		if in[2] != 'n' && !v.On {
			t.Error("what follows was not decoded")
		}
	}
	var v sample
	if faults := Decode([]byte(strings.Repeat("[", n)), &v.Schema, nil); len(faults) != 2 || !faults[1].Fatal {
		t.Errorf("%+v", faults)
	}
}

func TestDepthIsCountedFromTheValue(t *testing.T) {
	t.Parallel()
	var v any
	if faults := Decode([]byte(`[[[]]]`), &v, &Options{MaxDepth: 3}); len(faults) != 0 {
		t.Errorf("%+v", faults)
	}
	if faults := Decode([]byte(`[[[{}]]]`), &v, &Options{MaxDepth: 3}); len(faults) != 1 || faults[0].Pointer != "/0/0/0" {
		t.Errorf("%+v", faults)
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("[")
	for range 100_000 {
		b.WriteString(`1,`)
	}
	b.WriteString("?]")
	var v []string
	faults := Decode([]byte(b.String()), &v, nil)
	if len(faults) != MaxFaults+2 {
		t.Fatal(len(faults))
	}
	if more := faults[MaxFaults]; !strings.HasPrefix(more.Reason, "more faults follow") {
		t.Error(more)
	}
	if last := faults[MaxFaults+1]; !last.Fatal {
		t.Error("the fatal fault was lost:", last)
	}
}

func TestManyDuplicates(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"x-":0`)
	for i := range 100_000 {
		b.WriteString(`,"x-` + strconv.Itoa(i) + `":0`)
	}
	for range 100_000 {
		b.WriteString(`,"x-99999":0`)
	}
	b.WriteString("}")
	for _, v := range []any{new(sample), new(map[string]int), new(json.RawMessage)} {
		faults := Decode([]byte(b.String()), v, nil)
		if len(faults) != MaxFaults+1 || !strings.Contains(faults[0].Reason, "duplicate") {
			t.Errorf("%T: %d faults", v, len(faults))
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	var v sample
	o := &Options{MaxItems: 2, MaxText: 3}
	in := `{"names":["abc","abcd"],"ints":{"abcd":1,"a":2}}`
	want := []string{
		`/names/1 16 text of 4 bytes is longer than 3`,
		`/ints/abcd 32 name of 4 bytes is longer than 3`,
	}
	if d := cmp.Diff(want, lines(Decode([]byte(in), &v, o))); d != "" {
		t.Error(d)
	}
	v = sample{}
	in = `{"names":["a","b","c",{"d":1}],"ints":{"a":1,"b":2,"c":3,"d":4},"on":true}`
	want = []string{
		`/names 18 more than 2 entries`,
		`/ints 51 more than 2 entries`,
		` 64 more than 2 entries`,
	}
	if d := cmp.Diff(want, lines(Decode([]byte(in), &v, o))); d != "" {
		t.Error(d)
	}
	if len(v.Names) != 2 || len(v.Ints) != 2 {
		t.Error(v)
	}
	for _, in := range []string{`["a","b",?]`, `["a","b" "c"]`, `["a","b","c"`} {
		var v []string
		if f := Decode([]byte(in), &v, o); len(f) == 0 || !f[len(f)-1].Fatal {
			t.Errorf("%s: %+v", in, f)
		}
	}
	var m map[string]int
	if f := Decode([]byte(`{"a":1,"b":2,c:3}`), &m, o); len(f) != 2 || !f[1].Fatal {
		t.Errorf("%+v", f)
	}
}

func TestForeignFormats(t *testing.T) {
	t.Parallel()
	var v sample
	o := &Options{AllowUnknown: true, AllowNull: true}
	if f := Decode([]byte(`{"name":null,"what":{"a":[1]},"Name":"x","list":null,"size":3}`), &v, o); len(f) != 0 {
		t.Errorf("%+v", f)
	}
	if v.Name != "" || v.Size != 3 {
		t.Error("names must match exactly", v)
	}
	want := []string{`/what 11 duplicate member "what"`}
	if d := cmp.Diff(want, lines(Decode([]byte(`{"what":1,
"what":2}`), &v, o))); d != "" {
		t.Error(d)
	}
}

func TestExtensionsCanBeRefused(t *testing.T) {
	t.Parallel()
	var v sample
	want := []string{`/x-a 1 unknown member "x-a"`}
	if d := cmp.Diff(want, lines(Decode([]byte(`{"x-a":1}`), &v, &Options{NoExtensions: true}))); d != "" {
		t.Error(d)
	}
}
