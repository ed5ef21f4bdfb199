package npmfeed

import (
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// digestOf reads "integrity", a Subresource Integrity string (W3C SRI section
// 3.5): hashes separated by spaces, each perhaps with "?options". The strongest
// one that a Digest can hold is taken. Two different hashes of that algorithm
// are refused, because either would do and a release has one digest.
func digestOf(integrity string) (connector.Digest, error) {
	hashes := strings.Fields(integrity)
	for _, algorithm := range []string{connector.SHA512, connector.SHA256} {
		var found connector.Digest
		for _, h := range hashes {
			if !strings.HasPrefix(h, algorithm+"-") {
				continue
			}
			h, _, _ = strings.Cut(h, "?")
			d, err := connector.FromSRI(h)
			if err != nil {
				return "", err
			}
			if found != "" && found != d {
				return "", fmt.Errorf("integrity has several %s hashes, so the release has no one digest", algorithm)
			}
			found = d
		}
		if found != "" {
			return found, nil
		}
	}
	return "", errors.New("integrity has neither a sha512 nor a sha256 hash")
}
