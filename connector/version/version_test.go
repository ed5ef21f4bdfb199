package version_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/realdata"
)

// readJSON decodes one of the real inputs.
func readJSON(t *testing.T, folder, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(realdata.Dir(t, folder), name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func TestParseVersionIsStrict(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "empty",
		"1":                        "three numbers",
		"1.2":                      "three numbers",
		"1.2.3.4":                  "three numbers",
		"v1.2.3":                   `leading "v"`,
		"V1.2.3":                   `leading "v"`,
		"1.2.3\n":                  "spaces",
		"01.2.3":                   "starts with 0",
		"1.2.3-01":                 "starts with 0",
		"1.2.3-":                   "prerelease",
		"1.2.3+":                   "metadata",
		"1.2.3-a..b":               "prerelease",
		"1.2.3-ä":                  "prerelease",
		"1.2.3+a+b":                "metadata",
		"0.3.O":                    "characters",
		"-1.0.0":                   "three numbers",
		"1.2.x":                    "characters",
		"18446744073709551616.0.0": "out of range",
		"1.0.0-" + strings.Repeat("a", version.MaxVersionBytes): "limit is 256",
	} {
		_, err := version.ParseVersion(in)
		require.ErrorIs(t, err, version.ErrInvalidVersion, "%q", in)
		require.ErrorIs(t, err, connector.ErrInvalid)
		require.ErrorIs(t, err, fs.ErrInvalid)
		require.ErrorContains(t, err, want, "%q", in)
		assert.Less(t, len(err.Error()), 200, "an error does not repeat a long input")
	}

	v, err := version.ParseVersion("1.2.3-rc.1+linux.amd64")
	require.NoError(t, err)
	assert.Equal(t, "1.2.3-rc.1+linux.amd64", v.String())
	assert.Equal(t, "rc.1", v.Prerelease())
	assert.Equal(t, "linux.amd64", v.Build())

	_, err = version.ParseVersion("18446744073709551615.0.0-" + strings.Repeat("9", 200))
	require.NoError(t, err)
}

func TestCompareIsATotalOrder(t *testing.T) {
	t.Parallel()
	ascending := []string{
		"latest", "v9.9.9", // no versions: older than all, bytewise
		"0.0.0-0", "0.0.0", "0.9.0", "0.10.0",
		"1.0.0--", "1.0.0-0a", "1.0.0-rc.9", "1.0.0-rc.9+b", "1.0.0-rc.10", "1.0.0-rc.10.0", "1.0.0-rc.x", "1.0.0-rc1",
		"1.0.0", "1.0.0+10", "1.0.0+9", "1.0.0+a", "1.0.0+a.1", "1.0.1",
		"1.0.2-18446744073709551616", "1.0.2-99999999999999999999", "1.0.2-100000000000000000000", "1.0.2-a",
		"18446744073709551615.0.0",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			assert.Equal(t, want, version.CompareVersions(a, b), "%s and %s", a, b)
		}
	}
	var zero version.Version
	oldest, err := version.ParseVersion("0.0.0-0")
	require.NoError(t, err)
	assert.Equal(t, -1, zero.Compare(oldest))
	assert.Equal(t, 1, oldest.Compare(zero))
	assert.Equal(t, 0, zero.Compare(version.Version{}))
}

func TestSemverOrgVectors(t *testing.T) {
	t.Parallel()
	var vectors struct {
		Valid []struct {
			Version           string
			Prerelease, Build *string
		}
		Invalid    []string
		Precedence [][]string `json:"precedence_from_spec_item_11"`
	}
	readJSON(t, "semver", "semver.org.json", &vectors)

	var refused []string
	for _, want := range vectors.Valid {
		v, err := version.ParseVersion(want.Version)
		if err != nil {
			refused = append(refused, want.Version)
			continue
		}
		assert.Equal(t, orEmpty(want.Prerelease), v.Prerelease())
		assert.Equal(t, orEmpty(want.Build), v.Build())
		assert.Equal(t, want.Version, v.String())
	}
	assert.Len(t, refused, 1, "only numbers above 2^64-1 are refused on purpose: %v", refused)
	for _, s := range vectors.Invalid {
		_, err := version.ParseVersion(s)
		require.ErrorIs(t, err, version.ErrInvalidVersion, "%q", s)
	}
	for _, chain := range vectors.Precedence {
		for i := 1; i < len(chain); i++ {
			assert.Equal(t, -1, version.CompareVersions(chain[i-1], chain[i]), "%v", chain[i-1:i+1])
		}
	}
	t.Logf("valid %d (refused on purpose: %d), invalid %d, chains %d",
		len(vectors.Valid), len(refused), len(vectors.Invalid), len(vectors.Precedence))
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// The vectors of node-semver: [newer, older, options?] and so on. Other spellings
// than the one ("v1.0.0", "= 1.0.0", spaces) are refused on purpose: 12 comparisons, 35
// equalities, 1 valid version. Its limit of 2^53-1 is not ours: 3 versions.
func TestNodeSemverVectors(t *testing.T) {
	t.Parallel()
	var vectors map[string][][]any
	readJSON(t, "semver", "node-semver-basic.json", &vectors)

	parse := func(s any) (string, bool) {
		text, isText := s.(string)
		_, err := version.ParseVersion(text)
		return text, isText && err == nil
	}
	refused, accepted, checked := 0, 0, 0
	for _, v := range vectors["comparisons"] {
		newer, ok1 := parse(v[0])
		older, ok2 := parse(v[1])
		if !ok1 || !ok2 {
			refused++
			assert.Len(t, v, 3, "only loose spellings are refused: %v", v)
			continue
		}
		checked++
		assert.Equal(t, 1, version.CompareVersions(newer, older), "%v", v)
	}
	for _, v := range vectors["equality"] {
		a, ok1 := parse(v[0])
		b, ok2 := parse(v[1])
		if !ok1 || !ok2 {
			refused++
			continue
		}
		checked++
		assert.NotEqual(t, 0, version.CompareVersions(a, b), "builds are told apart: %v", v)
		assert.Equal(t, 0, naivePrecedence(a, b))
	}
	for _, v := range vectors["valid-versions"] {
		if _, ok := parse(v[0]); !ok {
			refused++
			assert.Equal(t, "v1.2.3", v[0])
			continue
		}
		checked++
	}
	for _, v := range vectors["invalid-versions"] {
		if _, ok := parse(v[0]); ok {
			accepted++
			assert.Equal(t, "too big", v[1], "%v", v)
			continue
		}
		checked++
	}
	t.Logf("checked %d; refused on purpose %d; accepted though above 2^53-1: %d", checked, refused, accepted)
	assert.Equal(t, []int{12 + 35 + 1, 3}, []int{refused, accepted})
}
