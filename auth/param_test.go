package auth

import (
	"math"
	"strings"
	"testing"
)

func TestParamsWithoutFaults(t *testing.T) {
	t.Parallel()
	check(t, ValidateParams(nil))
	check(t, ValidateParams([]Param{
		{Key: "a"},
		{Key: "_b.c-d", Kind: KindInteger, Min: new(1.0), Max: new(10.0), Enum: []any{1, 2.0, int64(3)}, Default: uint8(2)},
		{Key: "0", Kind: KindNumber, Default: 1.5},
		{Key: "flag", Kind: KindBoolean, Default: false, Role: RoleHidden},
		{Key: "day", Kind: KindDate, Default: "2024-02-29"},
		{Key: "time", Kind: KindDateTime, Default: "2024-02-29T12:00:00+01:00"},
		{Key: "list", Kind: KindArray, Enum: []any{"x", "y"}, Pattern: "^[xy]$", Min: new(1.0), Default: []string{"x"}},
		{Key: "json", Kind: KindJSON, Default: map[string]any{"a": []any{1, nil}}},
		{Key: "secret", Secret: true, Pattern: "^sk_", Min: new(8.0), Role: RoleRequired},
	}))
}

func TestParamFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxKeyBytes+1)
	tests := []struct {
		name  string
		param Param
		want  []string
	}{
		{"no key", Param{}, []string{"0/key: is missing"}},
		{"long key", Param{Key: long}, []string{"0/key: is longer than 128 bytes"}},
		{"key", Param{Key: ".a"}, []string{
			"0/key: must be letters, digits, '_', '.' and '-', beginning with a letter, a digit or '_'",
		}},
		{"key is no path", Param{Key: "a/b"}, []string{
			"0/key: must be letters, digits, '_', '.' and '-', beginning with a letter, a digit or '_'",
		}},
		{"texts", Param{Key: "a", Title: "\x1b[2J", Help: strings.Repeat("x", MaxHelpBytes+1)}, []string{
			"0/title: contains a control character", "0/help: is longer than 16384 bytes",
		}},
		{"kind and role", Param{Key: "a", Kind: "file", Role: "must"}, []string{
			"0/kind: must be one of string, integer, number, boolean, date, date-time, array, json",
			"0/role: must be one of required, optional, hidden",
		}},
		{"pattern", Param{Key: "a", Pattern: "(?!x)"}, []string{"0/pattern: is not an RE2 regular expression"}},
		{"long pattern", Param{Key: "a", Pattern: strings.Repeat("x", MaxPatternBytes+1)}, []string{
			"0/pattern: is longer than 1024 bytes",
		}},
		{"exploding pattern", Param{Key: "a", Pattern: "(ab){900}"}, []string{"0/pattern: is too complex"}},
		{"endless pattern", Param{Key: "a", Pattern: "a{1000,}b{900,}"}, []string{"0/pattern: is too complex"}},
		{"pattern of a number", Param{Key: "a", Kind: KindNumber, Pattern: "x"}, []string{
			"0/pattern: does not go with kind number",
		}},
		{"bounds of a boolean", Param{Key: "a", Kind: KindBoolean, Min: new(1.0), Max: new(2.0)}, []string{
			"0/min: does not go with kind boolean", "0/max: does not go with kind boolean",
		}},
		{"crossed bounds", Param{Key: "a", Kind: KindNumber, Min: new(2.0), Max: new(1.0)}, []string{"0/max: is less than min"}},
		{"odd bounds", Param{Key: "a", Min: new(0.5), Max: new(math.Inf(1))}, []string{
			"0/min: must be a length: an integer from 0 to 65536", "0/max: must be a number",
		}},
		{"negative length", Param{Key: "a", Kind: KindArray, Min: new(-1.0)}, []string{
			"0/min: must be a length: an integer from 0 to 65536",
		}},
		{"secret", Param{Key: "a", Secret: true, Kind: KindInteger, Default: 1, Enum: []any{1}}, []string{
			"0/kind: of a secret must be string", "0/default: of a secret must be left out",
			"0/enum: of a secret must be left out",
		}},
		{"default of another kind", Param{Key: "a", Default: 1}, []string{"0/default: must be a string"}},
		{"default outside the enum", Param{Key: "a", Enum: []any{"x"}, Default: "y"}, []string{
			"0/default: is not one of the allowed values",
		}},
		{"default against the pattern", Param{Key: "a", Pattern: "^x", Default: "y"}, []string{
			"0/default: does not match the pattern",
		}},
		{"default list", Param{Key: "a", Kind: KindArray, Enum: []any{"x"}, Default: []any{"x", "y", 1}}, []string{
			"0/default: item 1 is not one of the allowed values", "0/default: item 2 must be a string",
		}},
		{"enum", Param{Key: "a", Enum: []any{"x", 1, "x", nil, []any{}}}, []string{
			"0/enum/1: must be a string", "0/enum/2: is listed twice", "0/enum/3: must be a string", "0/enum/4: must be a string",
		}},
		{"equal numbers", Param{Key: "a", Kind: KindNumber, Enum: []any{1, 1.0}}, []string{"0/enum/1: is listed twice"}},
		{"enum of a date", Param{Key: "a", Kind: KindDate, Enum: []any{"2024-01-01"}}, []string{"0/enum: does not go with kind date"}},
		{"long enum", Param{Key: "a", Enum: make([]any, MaxEnum+1)}, []string{"0/enum: has more than 1024 entries"}},
		{"no JSON", Param{Key: "a", Kind: KindJSON, Default: make(chan int)}, []string{"0/default: is not JSON"}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, ValidateParams([]Param{c.param}), c.want...)
		})
	}
	check(t, ValidateParams([]Param{{Key: "a"}, {Key: "b"}, {Key: "a"}, {Key: "a"}}),
		"2/key: is the key of entry 0 too", "3/key: is the key of entry 0 too")
	check(t, ValidateParams(make([]Param, MaxParams+1)), "has more than 256 entries")
}
