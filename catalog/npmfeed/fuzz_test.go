package npmfeed

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPackument: whatever a registry writes, nothing panics, what is offered is
// valid, and every version is accounted for.
func FuzzPackument(f *testing.F) {
	f.Add([]byte(`{"name": "p", "versions": {"1.0.0": {"name": "p", "version": "1.0.0",
		"deprecated": true, "dist": {"integrity": "` + sri512("a") + `", "tarball": "https://npm.example.test/p/-/p-1.0.0.tgz"}}},
		"dist-tags": {"latest": "1.0.0"}, "time": {"1.0.0": "2024-01-01T00:00:00Z"}}`))
	f.Add([]byte(`{"name": "p", "versions": {"1.0.0": null, "1.0": {}, "a/b~c": []}}`))
	f.Add([]byte(`{"name": "p", "keywords": "x", "description": {}, "versions": {"1.0.0": {"dist": {"integrity": "sha512- sha256-=?"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, locate := range []func(string) (string, error){inFolder, testRegistry(t, "https://npm.example.test/r").locate} {
			out := parse(data, "p", locate)
			check(t, data, &out)
			again := parse(data, "p", locate)
			require.Equal(t, out, again)
		}
	})
}
