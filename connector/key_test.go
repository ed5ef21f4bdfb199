package connector

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestParseKeyAccepts(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"slack", "7shifts", "a", "acme/slack", "a.b_c-d", "console", "com", "com10", "com1x", "nullable", "lpt-1",
		"acme.io/x", "a..b", strings.Repeat("a", MaxKeyBytes),
	} {
		k, err := ParseKey(s)
		if err != nil || string(k) != s || !k.Valid() {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestParseKeyRefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                       "it is empty",
		"Slack":                  "a display name is not a key",
		"Google Drive":           "a display name is not a key",
		"größe":                  "a display name is not a key",
		"AT&T":                   "a display name is not a key",
		"../etc/passwd":          "more than one '/'",
		"../passwd":              `its publisher is a path element, ".."`,
		".":                      `path element, "."`,
		"..":                     `path element, ".."`,
		"acme/..":                `its name is a path element, ".."`,
		".hidden":                `begins with '.'`,
		"-rf":                    `begins with '-'`,
		"_x":                     `begins with '_'`,
		"x.":                     "ends with a dot",
		"acme/":                  "its name is empty",
		"/slack":                 "its publisher is empty",
		"a/b/c":                  "more than one '/'",
		"con":                    "device name",
		"nul.txt":                "device name",
		"aux.tar.gz":             "device name",
		"prn/x":                  `its publisher is "prn", a device name`,
		"acme/com1":              `its name is "com1", a device name`,
		"lpt9.log":               "device name",
		"a\\b":                   `contains '\\' at byte 1`,
		"a\x00b":                 `contains '\x00' at byte 1`,
		"a:b":                    `contains ':' at byte 1`,
		"Slack/v1":               `contains 'S' at byte 0`,
		" ":                      `contains ' ' at byte 0`,
		strings.Repeat("a", 129): "129 bytes long, at most 128",
	} {
		k, err := ParseKey(s)
		if err == nil || k != "" || Key(s).Valid() {
			t.Errorf("%q was accepted", s)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", s, err)
		}
		if !errors.Is(err, ErrInvalid) || !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v wraps nothing", s, err)
		}
	}
}

func TestKeyParts(t *testing.T) {
	t.Parallel()
	for k, want := range map[Key][2]string{"slack": {"", "slack"}, "acme/slack": {"acme", "slack"}, "": {"", ""}} {
		if k.Publisher() != want[0] || k.Name() != want[1] {
			t.Errorf("%q: %q %q", k, k.Publisher(), k.Name())
		}
	}
}

// A key is safe as a relative path on every system.
func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"slack", "acme/slack", "Slack", "../x", "nul.txt", "a/b/c", "é", "\xff", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseKey(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || k != "" {
				t.Fatal(k, err)
			}
			return
		}
		if !fs.ValidPath(s) || strings.ToLower(s) != s || len(s) > MaxKeyBytes || strings.ContainsAny(s, "\\: \x00") {
			t.Fatalf("%q", s)
		}
		joined := k.Name()
		if p := k.Publisher(); p != "" {
			joined = p + "/" + joined
		}
		if joined != s {
			t.Fatalf("%q is not %q", joined, s)
		}
		for part := range strings.SplitSeq(s, "/") {
			if part == "" || part[0] == '.' || strings.HasSuffix(part, ".") {
				t.Fatalf("%q", s)
			}
		}
	})
}
