package version

import (
	"errors"

	"github.com/patchbay/patchbay/connector"
)

// These two stand in for connector.Key.Validate and connector.Release.EffectiveStage until those exist.

func validateKey(k connector.Key) error {
	if k == "" || k == "*" {
		return errors.New("no key")
	}
	return nil
}

func stageOf(r *connector.Release, v *Version) connector.Stage {
	if v.pre != "" || (r.Stage != "" && r.Stage != connector.GA) {
		return connector.Preview
	}
	return connector.GA
}
