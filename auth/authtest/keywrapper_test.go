package authtest

import (
	"path/filepath"
	"testing"

	"github.com/patchbay/patchbay/auth"
)

func TestMemoryKeys(t *testing.T) {
	TestKeyWrapper(t, memory, &KeyWrapperOptions{Rotate: rotateLocal})
	TestKeyWrapper(t, memory, nil)
}

func TestKeyFile(t *testing.T) {
	paths := map[auth.KeyWrapper]string{}
	TestKeyWrapper(t, func(t *testing.T) auth.KeyWrapper {
		path := filepath.Join(t.TempDir(), "keys")
		keys, err := auth.OpenKeyFile(t.Context(), path, &auth.KeyFileOptions{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		paths[keys] = path
		return keys
	}, &KeyWrapperOptions{
		Rotate: rotateLocal,
		Reopen: func(t *testing.T, w auth.KeyWrapper) auth.KeyWrapper {
			keys, err := auth.OpenKeyFile(t.Context(), paths[w], nil)
			if err != nil {
				t.Fatal(err)
			}
			return keys
		},
	})
}

func TestJoinedKeys(t *testing.T) {
	TestKeyWrapper(t, func(t *testing.T) auth.KeyWrapper { return auth.JoinKeys(memory(t), memory(t), memory(t)) }, nil)
}

func memory(t *testing.T) auth.KeyWrapper {
	t.Helper()
	keys, err := auth.NewMemoryKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func rotateLocal(t *testing.T, w auth.KeyWrapper) {
	t.Helper()
	if _, err := w.(*auth.LocalKeys).Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
}
