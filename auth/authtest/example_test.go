package authtest_test

import (
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// The kit judges an adapter of a key management service in the adapter's own tests.
func ExampleTestKeyWrapper() {
	_ = func(t *testing.T) { // func TestKeyWrapper(t *testing.T)
		authtest.TestKeyWrapper(t, func(t *testing.T) auth.KeyWrapper {
			keys, err := auth.NewMemoryKeys() // the adapter here
			if err != nil {
				t.Fatal(err)
			}
			return keys
		}, &authtest.KeyWrapperOptions{
			Rotate: func(t *testing.T, w auth.KeyWrapper) {
				if _, err := w.(*auth.LocalKeys).Rotate(t.Context()); err != nil {
					t.Fatal(err)
				}
			},
			Positions: 8, // calls cost money
		})
	}
}
