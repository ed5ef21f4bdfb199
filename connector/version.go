package connector

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// MaxVersionBytes bounds a version.
const MaxVersionBytes = 256

// CheckVersion reports whether v is a version: Semantic Versioning 2.0.0 in its
// one spelling, three numbers up to 2^64-1 without leading zeros or a "v". The
// error wraps ErrInvalid and says what is wrong. Package version compares
// and selects versions.
func CheckVersion(v string) error {
	if reason := versionReason(v); reason != "" {
		return &inputError{"version", v, reason}
	}
	return nil
}

// versionReason says what is wrong with a version; empty: nothing.
func versionReason(v string) string {
	if len(v) > MaxVersionBytes {
		return fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(v), MaxVersionBytes)
	}
	if plainVersion(v) {
		return ""
	}
	_, err := semver.StrictNewVersion(v)
	if err == nil {
		return ""
	}
	core, _, _ := strings.Cut(v, "+")
	core, _, _ = strings.Cut(core, "-")
	numbers := strings.Split(core, ".")
	switch {
	case v == "":
		return "it is missing"
	case strings.ContainsAny(v, `/\`) || strings.Trim(v, ".") == "":
		return "it is a path, want three numbers such as 1.2.3"
	case strings.TrimSpace(v) != v:
		return "it has spaces around it"
	case v[0] == 'v' || v[0] == 'V':
		return `it begins with "v", want three numbers such as 1.2.3`
	case len(numbers) != 3:
		return "want three numbers such as 1.2.3"
	}
	for _, n := range numbers {
		switch {
		case n == "" || strings.Trim(n, "0123456789") != "":
			return fmt.Sprintf("%s is no number", quote(n))
		case len(n) > 1 && n[0] == '0':
			return fmt.Sprintf("the number %s has a leading zero", quote(n))
		case len(n) > 20 || len(n) == 20 && n > "18446744073709551615":
			return fmt.Sprintf("the number %s is larger than 2^64-1", n)
		}
	}
	return "its pre-release or build part: " + err.Error()
}

// plainVersion reports whether v is three numbers, which most versions are and
// the parser would accept, without parsing it.
func plainVersion(v string) bool {
	dots, start := 0, 0
	for i := 0; i <= len(v); i++ {
		switch {
		case i == len(v) || v[i] == '.':
			if n := i - start; n == 0 || n > 18 || (n > 1 && v[start] == '0') {
				return false
			}
			dots++
			start = i + 1
		case v[i] < '0' || v[i] > '9':
			return false
		}
	}
	return dots == 3
}

// prerelease reports whether a version has a pre-release part. Build metadata
// may contain a '-' too.
func prerelease(v string) bool {
	core, _, _ := strings.Cut(v, "+")
	return strings.Contains(core, "-")
}
