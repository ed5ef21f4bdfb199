package version_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector/version"
)

func TestParseRangeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "empty",
		"  ":                    "empty",
		"!=1.2.3":               "leave a version out with a skip",
		">=1.0.0 !=1.2.3":       "leave a version out with a skip",
		"v1.2":                  "v1",
		"v1.2.3":                `leading "v"`,
		"01.0.0":                "starts with 0",
		"01.x":                  `"01" is no number`,
		"1.2.3-01":              "starts with 0",
		"1.0.O":                 "invalid characters",
		"latest":                `"latest" is no number`,
		"1.2.3.4":               "three numbers",
		"1.x.x.x":               "more than three parts",
		"1.x.3":                 "only wildcards can follow",
		"1.2-beta":              "only wildcards can follow",
		"1.x+b":                 "only wildcards can follow",
		">*":                    "bare wildcard",
		"* - 2":                 "bare wildcard",
		">=1.0.0+b":             "build metadata",
		"~1.0.0+b":              "build metadata",
		"=>1.0.0":               "unknown operator",
		"~>1.0.0":               "unknown operator",
		"> = 1.0.0":             "lacks its version",
		"> =1.0.0":              "lacks its version",
		">=":                    "lacks its version",
		"1.0.0,":                "lacks its version",
		"1.0.0,,2.0.0":          "lacks its version",
		"1.0.0 ||":              "lacks its version",
		"|| 1.0.0":              "lacks its version",
		"1.0.0 | 2.0.0":         `"|" is no number`,
		"1.0.0 -":               "hyphen range",
		">=1.0.0 1.0.0 - 2.0.0": "hyphen range",
		"1.0.0 - 2.0.0 - 3.0.0": "hyphen range",
		">1.0.0 - 2.0.0":        "unknown operator",
		"1.0.0 - >2.0.0":        "unknown operator",
		">2.0.0 <1.0.0":         "no version can be in",
		"1.0.0 2.0.0":           "no version can be in",
		"<0.0.0-0":              "no version can be in",
		"1.0.0 || >2 <2":        "no version can be in",
		"1.0.0\t":               "unexpected character at byte 5",
		"1.0.0 \u2013 2.0.0":    "unexpected character at byte 6",
		"18446744073709551616":  "above 2^64-1",
		strings.Repeat("9", version.MaxRangeBytes+1):                 "257 bytes, the limit is 256",
		strings.Repeat("1||", version.MaxRangeTerms) + "1":           "more than 32 comparators",
		"0 - 1" + strings.Repeat("||0 - 1", version.MaxRangeTerms/2): "more than 32 comparators",
	} {
		_, err := version.ParseRange(in)
		require.ErrorIs(t, err, version.ErrInvalidRange, "%q", in)
		require.ErrorIs(t, err, fs.ErrInvalid)
		require.ErrorContains(t, err, want, "%q", in)
	}
}

func TestRangeContains(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ in, out string }{
		"*":                          {"0.0.0-0 0.0.0-a 1.0.0+b", ""},
		"X":                          {"3.0.0", ""},
		"1.*":                        {"1.0.0 1.9.9-rc.1 1.9.9+b", "0.9.9 1.0.0-rc.1 2.0.0-0"},
		"1.2.X":                      {"1.2.0 1.2.1-rc.1", "1.2.0-rc.1 1.3.0-0 1.1.9"},
		"=1.2":                       {"1.2.0 1.2.9", "1.3.0"},
		"1.2.3":                      {"1.2.3", "1.2.3+a 1.2.3-a 1.2.4"},
		"1.2.3+a":                    {"1.2.3+a", "1.2.3 1.2.3+b 1.2.3+a.a"},
		"1.2.3 || 2.0.0+b":           {"1.2.3 2.0.0+b", "1.2.3+a 2.0.0"},
		">1.2.3":                     {"1.2.4-0 1.2.4", "1.2.3 1.2.3+z"},
		"<=1.2.3":                    {"1.2.3 1.2.3+z 1.2.3-rc.1", "1.2.4-0"},
		"<1.2.3":                     {"1.2.3-rc.1+z 1.2.2", "1.2.3 1.2.3+a"},
		">=1.2.3-rc.1 <1.2.3":        {"1.2.3-rc.1 1.2.3-rc.1+b 1.2.3-z", "1.2.3 1.2.3-rc.0"},
		"^1.2.3-rc.2":                {"1.2.3-rc.2 1.2.3-rc.10 1.3.0-a 1.99.0", "1.2.3-rc.1 2.0.0-0"},
		"^0.0":                       {"0.0.0 0.0.9", "0.1.0-0"},
		"^0.0.0":                     {"0.0.0", "0.0.1-0 0.0.1"},
		"^0":                         {"0.0.0 0.99.0", "1.0.0-0"},
		"~0.0.0":                     {"0.0.0 0.0.9", "0.1.0-0 0.1.0"},
		"~1.2":                       {"1.2.0", "1.3.0-0 1.1.0"},
		"1.2 - 2":                    {"1.2.0 2.9.9+b", "1.1.9 1.2.0-rc.1 3.0.0-0"},
		"1.2.3 - 1.2.3":              {"1.2.3 1.2.3+b", "1.2.4 1.2.3-a"},
		">=1, <1.5 || ^3 >3.1":       {"1.0.0 1.4.9 3.2.0", "0.9.0 1.5.0 3.1.9 4.0.0-0"},
		">= 1.2.3 < 2":               {"1.2.3 2.0.0-rc.1", "2.0.0"},
		"<2 || >=1":                  {"0.0.0-0 1.0.0 9.9.9", ""},
		"^1.18446744073709551615.0":  {"1.18446744073709551615.3", "2.0.0-0"},
		"~1.18446744073709551615.0":  {"1.18446744073709551615.3", "2.0.0-0"},
		"^0.0.18446744073709551615":  {"0.0.18446744073709551615", "0.1.0-0"},
		">18446744073709551615 || 1": {"1.0.0", "18446744073709551615.0.0"},
	} {
		r, err := version.ParseRange(text)
		if text == ">18446744073709551615 || 1" {
			require.ErrorContains(t, err, "no version can be in")
			continue
		}
		require.NoError(t, err, "%q", text)
		assert.Equal(t, text, r.String())
		for v := range strings.FieldsSeq(want.in) {
			assert.True(t, r.Contains(mustParse(t, v)), "%s in %q", v, text)
		}
		for v := range strings.FieldsSeq(want.out) {
			assert.False(t, r.Contains(mustParse(t, v)), "%s in %q", v, text)
		}
		assert.False(t, r.Contains(version.Version{}), "the zero Version is in no range")
	}
	assert.False(t, version.Range{}.Contains(mustParse(t, "1.0.0")))
}

func TestRangeExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1.2.3": "1.2.3", "=1.2.3-rc.1+b": "1.2.3-rc.1+b", " = 1.2.3 ": "1.2.3",
		"1.2": "", "^1.2.3": "", "1.2.3 || 1.2.4": "", "1.2.3 1.2.3": "", "1.2.3 - 1.2.3": "", "*": "",
	} {
		r, err := version.ParseRange(text)
		require.NoError(t, err)
		v, exact := r.Exact()
		assert.Equal(t, want, v.String(), "%q", text)
		assert.Equal(t, want != "", exact, "%q", text)
	}
}
