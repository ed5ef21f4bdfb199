package installer

import (
	"fmt"

	"github.com/patchbay/patchbay/connector"
)

// CheckIdentity compares got, what a package says of itself, with what the feed
// said of it (P18): the key and version of pkg and, where there is one, the
// whole Manifest. The error is an *IdentityError.
func CheckIdentity(pkg *Package, got *connector.Manifest) error {
	return checkIdentity(pkg, got, false)
}

func checkIdentity(pkg *Package, got *connector.Manifest, identityOnly bool) error {
	e := &IdentityError{WantKey: pkg.Key, GotKey: got.Key, WantVersion: pkg.Version, GotVersion: got.Version}
	e.compare("", pkg.Key, pkg.Version)
	if promised := pkg.Manifest; promised != nil {
		// The feed may contradict itself, too.
		e.compare("the feed's manifest: ", promised.Key, promised.Version)
		if !identityOnly && len(e.Differences) == 0 {
			e.Differences = promised.Differences(got)
		}
	}
	if len(e.Differences) > 0 {
		return e
	}
	return nil
}

func (e *IdentityError) compare(where string, key connector.Key, version string) {
	if key != e.GotKey {
		e.Differences = append(e.Differences, fmt.Sprintf("%skey: %q and %q", where, key, e.GotKey))
	}
	if version != e.GotVersion {
		e.Differences = append(e.Differences, fmt.Sprintf("%sversion: %q and %q", where, version, e.GotVersion))
	}
}
