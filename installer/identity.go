package installer

import (
	"fmt"
	"io/fs"

	"github.com/Masterminds/semver/v3"

	"github.com/patchbay/patchbay/connector"
)

// checkNames says what is wrong with a package's key and version.
func checkNames(pkg *Package) []error {
	var errs []error
	if err := checkKey(pkg.Key); err != nil {
		errs = append(errs, err)
	}
	if _, err := semver.StrictNewVersion(pkg.Version); err != nil {
		errs = append(errs, fmt.Errorf("version %q: %w: %w", pkg.Version, err, fs.ErrInvalid))
	}
	return errs
}

// checkIdentity compares what a package says of itself with what the feed said.
func checkIdentity(pkg *Package, got *connector.Manifest, identityOnly bool) error {
	e := &IdentityError{WantKey: pkg.Key, GotKey: got.Key, WantVersion: pkg.Version, GotVersion: got.Version}
	e.compare("key", string(pkg.Key), string(got.Key))
	e.compare("version", pkg.Version, got.Version)
	if promised := pkg.Manifest; promised != nil {
		// The feed may contradict itself, too.
		e.compare("key", string(promised.Key), string(got.Key))
		e.compare("version", promised.Version, got.Version)
		if !identityOnly && len(e.Differences) == 0 {
			e.Differences = append(e.Differences, differences(promised, got)...)
		}
	}
	if len(e.Differences) > 0 {
		return e
	}
	return nil
}

func (e *IdentityError) compare(what, want, got string) {
	if want != got {
		e.Differences = append(e.Differences, fmt.Sprintf("%s is %q instead of %q", what, got, want))
	}
}
