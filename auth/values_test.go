package auth

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidateReportsEveryFaultAtOnceByKey(t *testing.T) {
	t.Parallel()
	params := []Param{
		{Key: "host", Role: RoleRequired},
		{Key: "port", Kind: KindInteger, Min: new(1.0), Max: new(65535.0)},
		{Key: "token", Secret: true, Role: RoleRequired, Pattern: "^tok_"},
		{Key: "broken", Pattern: "("},
		{Key: "unset", Pattern: "("},
	}
	got := Validate(params, map[string]any{
		"port": 65536, "token": NewSecret("hunter2"), "broken": "x", "zzz": 1, "a\n": 2, strings.Repeat("k", 500): 3,
	})
	check(t, got,
		"host: is required",
		"port: must be at most 65535",
		"token: does not match the pattern",
		"broken: cannot be checked: its declaration is invalid",
		"has a key that is not a parameter's",
		"has a key that is not a parameter's",
		"zzz: is not a parameter here",
	)
	if strings.Contains(Fault{Field: "", Reason: got[2].Reason}.String(), "hunter2") {
		t.Error("a fault quotes a value")
	}
}

func TestValidateKinds(t *testing.T) {
	t.Parallel()
	type named string
	tests := []struct {
		param Param
		value any
		want  string
	}{
		{Param{}, "x", ""},
		{Param{}, 1, "must be a string"},
		{Param{}, named("x"), "must be a string"},
		{Param{}, "\xff", "is not valid UTF-8"},
		{Param{}, NewSecret("x"), "must not be a secret"},
		{Param{}, Secret{}, ""},
		{Param{}, strings.Repeat("x", MaxValueBytes), ""},
		{Param{}, strings.Repeat("x", MaxValueBytes+1), "is longer than 65536 bytes"},
		{Param{Min: new(2.0), Max: new(2.0)}, "üü", ""},
		{Param{Min: new(2.0)}, "ü", "must have at least 2 characters"},
		{Param{Max: new(2.0)}, "üüü", "must have at most 2 characters"},
		{Param{Pattern: "b"}, "abc", ""},
		{Param{Pattern: "^b"}, "abc", "does not match the pattern"},
		{Param{Enum: []any{"a"}}, "b", "is not one of the allowed values"},
		{Param{Secret: true}, "x", ""},
		{Param{Secret: true}, NewSecret("x"), ""},
		{Param{Secret: true}, []byte("x"), "must be a string"},
		{Param{Kind: KindInteger}, 7, ""},
		{Param{Kind: KindInteger}, int8(-7), ""},
		{Param{Kind: KindInteger}, uint64(7), ""},
		{Param{Kind: KindInteger}, 7.0, ""},
		{Param{Kind: KindInteger}, 7.5, "must be an integer"},
		{Param{Kind: KindInteger}, json.Number("7"), ""},
		{Param{Kind: KindInteger}, json.Number("7e0"), ""},
		{Param{Kind: KindInteger}, json.Number("0x7"), "must be a number"},
		{Param{Kind: KindInteger}, json.Number(`"7"`), "must be a number"},
		{Param{Kind: KindInteger}, json.Number("1e999"), "must be a number"},
		{Param{Kind: KindInteger}, 1<<53 - 1, ""},
		{Param{Kind: KindInteger}, 1 << 53, "is too large to be exact"},
		{Param{Kind: KindInteger}, uint64(math.MaxUint64), "is too large to be exact"},
		{Param{Kind: KindInteger}, "7", "must be a number"},
		{Param{Kind: KindInteger, Enum: []any{1, 2}}, 3, "is not one of the allowed values"},
		{Param{Kind: KindInteger, Enum: []any{1, 2}}, json.Number("2.0"), ""},
		{Param{Kind: KindNumber}, float32(0.5), ""},
		{Param{Kind: KindNumber}, math.NaN(), "must be a number"},
		{Param{Kind: KindNumber}, math.Inf(1), "must be a number"},
		{Param{Kind: KindNumber}, true, "must be a number"},
		{Param{Kind: KindNumber, Min: new(0.5)}, 0.4, "must be at least 0.5"},
		{Param{Kind: KindNumber, Max: new(0.5)}, 0.6, "must be at most 0.5"},
		{Param{Kind: KindNumber, Min: new(0.5), Max: new(0.5)}, 0.5, ""},
		{Param{Kind: KindBoolean}, false, ""},
		{Param{Kind: KindBoolean}, "false", "must be true or false"},
		{Param{Kind: KindDate}, "2024-02-29", ""},
		{Param{Kind: KindDate}, "2023-02-29", "must be a date such as 2006-01-02"},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:60Z", "must be a date and time such as 2006-01-02T15:04:05Z"},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:59.5+14:00", ""},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:59-23:59", ""},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:59+24:00", "must be a date and time such as 2006-01-02T15:04:05Z"},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:59+01:60", "must be a date and time such as 2006-01-02T15:04:05Z"},
		{Param{Kind: KindDateTime}, "2024-02-29T3:59:59Z", "must be a date and time such as 2006-01-02T15:04:05Z"},
		{Param{Kind: KindDateTime}, "2024-02-29T23:59:59,5Z", "must be a date and time such as 2006-01-02T15:04:05Z"},
		{Param{Kind: KindArray}, []any{"a", "b"}, ""},
		{Param{Kind: KindArray}, []string{"a", "b"}, ""},
		{Param{Kind: KindArray}, []any{"a", 1}, "item 1 must be a string"},
		{Param{Kind: KindArray}, "a", "must be a list of strings"},
		{Param{Kind: KindArray, Pattern: "^a"}, []string{"a", "b", "c"}, "item 1 does not match the pattern; item 2 does not match the pattern"},
		{Param{Kind: KindArray, Max: new(1.0)}, []string{"a", "b"}, "must have at most 1 items"},
		{Param{Kind: KindArray}, []string{strings.Repeat("x", MaxValueBytes), "y"}, "is longer than 65536 bytes"},
		{Param{Kind: KindJSON}, json.RawMessage(`{"a":1}`), ""},
		{Param{Kind: KindJSON}, json.RawMessage(`{`), "is not JSON"},
		{Param{Kind: KindJSON}, strings.Repeat("x", MaxValueBytes), "is longer than 65536 bytes"},
		{Param{Role: RoleRequired}, nil, "is required"},
		{Param{Role: RoleRequired}, "", "is required"},
		{Param{Role: RoleRequired, Secret: true}, Secret{}, "is required"},
		{Param{Role: RoleRequired, Kind: KindArray}, []any{}, "is required"},
		{Param{Role: RoleRequired, Kind: KindArray}, []string{}, "is required"},
		{Param{Role: RoleRequired, Default: "x"}, nil, ""},
		{Param{Role: RoleHidden}, nil, ""},
		{Param{Role: RoleOptional, Pattern: "^x"}, "", ""},
	}
	for _, c := range tests {
		c.param.Key = "k"
		reasons := make([]string, 0, 1)
		for _, f := range Validate([]Param{c.param}, map[string]any{"k": c.value}) {
			if f.Field != "k" {
				t.Errorf("field %q", f.Field)
			}
			reasons = append(reasons, f.Reason)
		}
		if got := strings.Join(reasons, "; "); got != c.want {
			t.Errorf("%+v with %.20v: %q, want %q", c.param, c.value, got, c.want)
		}
	}
}

func TestWithDefaults(t *testing.T) {
	t.Parallel()
	params := []Param{{Key: "a", Default: "x"}, {Key: "b", Default: false}, {Key: "c"}, {Key: "d", Default: 1}}
	given := map[string]any{"a": "", "d": 2, "other": true}
	want := map[string]any{"a": "x", "b": false, "d": 2, "other": true}
	if diff := cmp.Diff(want, WithDefaults(params, given)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"a": "", "d": 2, "other": true}, given); diff != "" {
		t.Errorf("the argument was changed: %s", diff)
	}
	if got := WithDefaults(params, nil); len(got) != 3 {
		t.Errorf("from nothing: %v", got)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	params := []Param{{Key: "c", Order: 2}, {Key: "h", Role: RoleHidden}, {Key: "a", Order: -1}, {Key: "d", Order: 2}, {Key: "b"}}
	var keys string
	for _, p := range Visible(params) {
		keys += p.Key
	}
	if keys != "abcd" || params[0].Key != "c" {
		t.Errorf("%s, and the argument begins with %s", keys, params[0].Key)
	}
	check(t, Validate(Visible(params), map[string]any{"h": "x"}), "h: is not a parameter here")
}

// TestValidateAgainstBruteForce measures random strings against random small
// declarations in a second, slower way.
func TestValidateAgainstBruteForce(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	word := func() string {
		var b strings.Builder
		for range rng.IntN(5) {
			b.WriteByte("abc"[rng.IntN(3)])
		}
		return b.String()
	}
	bad := 0
	for range 5000 {
		p := Param{Key: "k", Role: []Role{"", RoleRequired, RoleHidden}[rng.IntN(3)]}
		low, high := rng.IntN(4), rng.IntN(5)
		if low <= high {
			p.Min, p.Max = new(float64(low)), new(float64(high))
		} else {
			low, high = 0, 99
		}
		letters := []string{"", "a", "ab", "abc"}[rng.IntN(4)]
		if letters != "" {
			p.Pattern = "^[" + letters + "]*$"
		}
		allowed := map[string]bool{}
		for range rng.IntN(3) {
			if w := word(); len(Validate([]Param{p}, map[string]any{"k": w})) == 0 && w != "" && !allowed[w] {
				allowed[w] = true
				p.Enum = append(p.Enum, w)
			}
		}
		v := word()
		want := v == "" && p.Role != RoleRequired ||
			v != "" && len(v) >= low && len(v) <= high &&
				(letters == "" || strings.Trim(v, letters) == "") && (len(allowed) == 0 || allowed[v])
		if got := len(Validate([]Param{p}, map[string]any{"k": v})) == 0; got != want {
			t.Fatalf("%+v with %q: %t, want %t", p, v, got, want)
		}
		if !want {
			bad++
		}
	}
	if bad < 500 || bad > 4500 {
		t.Errorf("%d of 5000 refused: the cases are lopsided", bad)
	}
}
