package strictjson

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// What strictjson accepts, encoding/json accepts and decodes to the same value.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"name":"a","level":"b","on":true,"count":1,"size":-1,"ratio":1.5,"at":"2024-01-02T03:04:05Z"}`,
		`{"addr":"::1","inner":{"n":1,"tags":{"a":"b"}},"ptr":null,"list":[{},{}],"schema":{"a":[null]},"any":[1,{}]}`,
		`{"x-a":{"a":1,"a":2},"name":"\ud83d\ude00\ud800","next":{"Plain":"é"}}`,
		`{"levels":{"a":["b"]},"ints":{"\u0061":-0}} `, `[1,2`, `"a`, `01`, `nul`, `{"a" 1}`, "\xff",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []any{new(sample), new(any), new(map[string]any), new([]json.RawMessage), new([]Raw)} {
			faults := Decode(data, v, nil)
			for _, fault := range faults {
				if fault.Offset < 0 || fault.Offset > len(data) || fault.Reason == "" {
					t.Fatalf("%T: %+v", v, fault)
				}
			}
			_, reason := skipValue(data, 0)
			if _, raw := v.(*[]Raw); raw {
				if len(faults) == 0 && !json.Valid(data) {
					t.Fatal("accepted")
				}
				continue
			}
			if len(faults) != 0 {
				continue
			}
			if reason != "" || !utf8.Valid(data) {
				t.Fatalf("%T: accepted, but %s", v, reason)
			}
			want := reflect.New(reflect.TypeOf(v).Elem())
			if err := json.Unmarshal(data, want.Interface()); err != nil {
				t.Fatalf("%T: encoding/json refuses: %v", v, err)
			}
			if !reflect.DeepEqual(want.Interface(), v) {
				t.Fatalf("%T: want %+v, got %+v", v, want.Elem(), v)
			}
		}
	})
}

// Skipping a value accepts exactly what encoding/json calls valid.
func FuzzSkip(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":null}]}`, `[[],{},""]`, `[1,]`, `{"a":1,}`, "-0.5e+7", `"\u00zz"`, "[}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		end, reason := skipValue(data, 0)
		if end < 0 || end > len(data) {
			t.Fatal(end)
		}
		ok := reason == "" && skipSpace(data, end) == len(data)
		if ok != json.Valid(data) {
			t.Fatalf("%q: %v %s", data, ok, reason)
		}
		if ok {
			offset, found := Locate(data, "")
			if !found || offset != len(data)-len(bytes.TrimLeft(data, " \t\r\n")) {
				t.Fatal(offset, found)
			}
		}
	})
}
