package connector

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/patchbay/patchbay/internal/realdata"
)

func TestCheckVersionRefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{
		"":                                  "missing",
		"v1.2":                              `begins with "v"`,
		"V1.2.3":                            `begins with "v"`,
		"1.2":                               "three numbers",
		"1":                                 "three numbers",
		"1.2.3.4":                           "three numbers",
		"01.0.0":                            `"01" has a leading zero`,
		"1.0.01":                            `"01" has a leading zero`,
		"0.3.O":                             `"O" is no number`,
		"1..2":                              `"" is no number`,
		"../":                               "it is a path",
		"..":                                "it is a path",
		".":                                 "it is a path",
		`1.0.0\x`:                           "it is a path",
		"1.0.0/../../x":                     "it is a path",
		"1.0.0\n":                           "spaces around it",
		"1.0.0-":                            "pre-release or build",
		"1.0.0-a..b":                        "pre-release or build",
		"1.0.0-01":                          "pre-release or build",
		"1.0.0+":                            "pre-release or build",
		"1.0.0-é":                           "pre-release or build",
		"18446744073709551616.0.0":          "18446744073709551616 is larger than 2^64-1",
		"1.999999999999999999999.0":         "larger than 2^64-1",
		"1.0.0-" + strings.Repeat("a", 251): "257 bytes long",
	} {
		err := CheckVersion(v)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", v, err)
		}
	}
	if err := CheckVersion(" 1.0.0"); err == nil || !strings.Contains(err.Error(), "spaces around it") {
		t.Error(err)
	}
	for _, v := range []string{"0.0.0", "1.2.3", "18446744073709551615.0.0", "1.0.0-rc.1+a.01", "1.0.0-" + strings.Repeat("a", 250)} {
		if err := CheckVersion(v); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckVersionOnTheSpecificationsOwnCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(realdata.Dir(t, "semver"), "semver.org.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		Valid []struct {
			Version    string
			Prerelease *string
		}
		Invalid []string
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	large := regexp.MustCompile(`^[0-9]{20}`) // beyond 2^64-1, which is our bound and not the specification's
	for _, c := range cases.Valid {
		err := CheckVersion(c.Version)
		if (err != nil) != large.MatchString(c.Version) {
			t.Errorf("%s: %v", c.Version, err)
		}
		if prerelease(c.Version) != (c.Prerelease != nil) {
			t.Errorf("%s: pre-release part not seen, or seen where there is none", c.Version)
		}
	}
	for _, v := range cases.Invalid {
		if CheckVersion(v) == nil {
			t.Errorf("%s was accepted", v)
		}
	}
	if len(cases.Valid) < 20 || len(cases.Invalid) < 20 {
		t.Error("the list is not what it was")
	}
}

// What is taken for three plain numbers without parsing is what the parser
// accepts.
func FuzzCheckVersion(f *testing.F) {
	for _, v := range []string{"1.2.3", "01.2.3", "1.2", "1.2.3.4", "999999999999999999.0.0", "18446744073709551616.0.0", "1.0.0-rc.1+b", "..", "1..2"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		_, err := semver.StrictNewVersion(v)
		if (CheckVersion(v) == nil) != (err == nil) {
			t.Fatalf("%q: %v, but %v", v, CheckVersion(v), err)
		}
	})
}
