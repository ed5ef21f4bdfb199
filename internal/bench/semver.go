package main

import (
	"github.com/Masterminds/semver/v3"
)

// parsedRange is wanted as Masterminds/semver has it. A program parses it once.
var parsedRange = must(semver.NewConstraint(wanted)) //nolint:gochecknoglobals // a constant that Go has no literal for

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // of a constant
	}
	return v
}

// eligible, newer and newest are how a program chooses by itself: parse, check
// and compare, each time it is asked.
func eligible(version string) bool {
	v, err := semver.StrictNewVersion(version)
	return err == nil && v.Prerelease() == "" && parsedRange.Check(v)
}

func newer(a, b string) bool {
	return must(semver.StrictNewVersion(a)).GreaterThan(must(semver.StrictNewVersion(b)))
}

func newest(it *item, skipped map[string]bool) string {
	var best *semver.Version
	for _, r := range it.releases {
		if skipped[r.version] {
			continue
		}
		v, err := semver.StrictNewVersion(r.version)
		if err != nil || v.Prerelease() != "" || !parsedRange.Check(v) {
			continue
		}
		if best == nil || v.GreaterThan(best) {
			best = v
		}
	}
	if best == nil {
		return ""
	}
	return best.Original()
}
