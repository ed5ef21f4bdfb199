package version_test

import (
	"errors"
	"io/fs"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/patchbay/patchbay/connector/version"
)

// naiveValid is the grammar of Semantic Versioning 2.0.0, with our bounds.
func naiveValid(s string) bool {
	if len(s) > version.MaxVersionBytes {
		return false
	}
	identifiers := func(list string, number bool) bool {
		for id := range strings.SplitSeq(list, ".") {
			word := strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == ""
			if id == "" || !word || number && len(id) > 1 && id[0] == '0' && bigInt(id) != nil {
				return false
			}
		}
		return true
	}
	rest, build, hasBuild := strings.Cut(s, "+")
	core, pre, hasPre := strings.Cut(rest, "-")
	if hasBuild && !identifiers(build, false) || hasPre && !identifiers(pre, true) {
		return false
	}
	numbers := strings.Split(core, ".")
	if len(numbers) != 3 || !identifiers(core, true) {
		return false
	}
	limit := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, n := range numbers {
		if value := bigInt(n); value == nil || value.Cmp(limit) >= 0 {
			return false
		}
	}
	return true
}

func FuzzParseVersion(f *testing.F) {
	for _, pair := range [][2]string{
		{"1.2.3", "1.2.3-rc.1+b"}, {"v1.2", "01.2.3"}, {"1.0.0-99999999999999999999", "1.0.0--"},
		{"1.0.0+a", "1.0.0+b"}, {"0.3.O", ""}, {"18446744073709551616.0.0", "1.0.0-0a.00"},
		{"9999999999999999999.0.0", "18446744073709551615.0.1"}, {"1.2.3.4", "1.2."}, {"1..2", "1.00.2"}, {"0.0.0", "10.0.20"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		v, err := version.ParseVersion(a)
		if (err == nil) != naiveValid(a) {
			t.Fatalf("ParseVersion(%q) = %v", a, err)
		}
		if err != nil && (!errors.Is(err, version.ErrInvalidVersion) || !errors.Is(err, fs.ErrInvalid)) {
			t.Fatal(err)
		}
		if err == nil && v.String() != a {
			t.Fatalf("%q became %q", a, v)
		}
		c := version.CompareVersions(a, b)
		if c != -version.CompareVersions(b, a) || (c == 0) != (a == b) {
			t.Fatalf("no total order: %q %q %d", a, b, c)
		}
		if naiveValid(a) && naiveValid(b) {
			if n := naiveCompare(a, b); (n < 0) != (c < 0) || (n > 0) != (c > 0) {
				t.Fatalf("%q %q: %d, want %d", a, b, c, n)
			}
		}
	})
}

// What ParseRange accepts, Masterminds accepts too, and they agree but for the
// differences that the package documentation states.
func FuzzParseRange(f *testing.F) {
	for _, pair := range [][2]string{
		{">=1.2.3 <2.0.0-rc.1", "1.9.0"}, {"^0.2 || ~1.2.x, >1.2.3", "1.2.4"}, {"1.2 - 2", "2.0.0-a"},
		{"!=1.2.3", "1.2.3"}, {"= 1.0.0+b", "1.0.0+b"}, {"*", "0.0.0-a"}, {"<=1||>3.1", "3.2.0-0"},
		{"1.x - 2.X", "1.0.0-rc.1"}, {"0 - 0.0||0.0.0", "0.0.0"}, {"^1.18446744073709551615", "2.0.0-0"}, {"1.0.0 - 2.0.0||3", "3.0.0"}, {"< =0", "0.0.0"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, text, v string) {
		r, err := version.ParseRange(text)
		if err != nil {
			if !errors.Is(err, version.ErrInvalidRange) || len(err.Error()) > 1000 {
				t.Fatal(err)
			}
			return
		}
		var peers []*semver.Constraints
		for part := range strings.SplitSeq(text, "||") { // whole, it misreads "0 - 0.0||0.0.0"
			peer, err := semver.NewConstraint(part)
			if err != nil {
				t.Fatalf("%q: Masterminds refuses %q: %v", text, part, err)
			}
			peer.IncludePrerelease = true
			peers = append(peers, peer)
		}
		parsed, err := version.ParseVersion(v)
		if err != nil || differs(text, v) {
			return
		}
		strict, err := semver.StrictNewVersion(v)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.ContainsFunc(peers, func(p *semver.Constraints) bool { return p.Check(strict) })
		if got := r.Contains(parsed); got != want {
			t.Fatalf("%q contains %q: %v, Masterminds says %v", text, v, got, want)
		}
	})
}

// differs tells the stated differences: builds, "~0.0.0", wildcards alone,
// huge identifiers.
func differs(text, v string) bool {
	digits := 0
	for _, c := range text + " " + v {
		if c < '0' || c > '9' {
			digits = 0
		} else if digits++; digits > 19 {
			return true
		}
	}
	return strings.Contains(text+v, "+") ||
		strings.Contains(text, "~") && strings.Contains(text, "0.0.0") ||
		strings.ContainsAny(text, "*xX") && strings.HasPrefix(v, "0.0.0-")
}
