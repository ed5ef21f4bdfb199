package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/patchbay/patchbay/auth"
)

// A credential is sealed for its place, stored, and opened there and nowhere else.
func ExampleSealer() {
	ctx := context.Background()
	keys, err := auth.NewMemoryKeys() // auth.OpenKeyFile, to keep them
	if err != nil {
		log.Fatal(err)
	}
	sealer := auth.NewSealer(keys, nil)

	place := auth.Binding{Tenant: "acme", Connection: "01J9", Field: "credential", Generation: 1}
	sealed, err := sealer.Seal(ctx, place, auth.NewSecret("hunter2"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sealed)
	row, err := json.Marshal(sealed) // what goes into the database
	if err != nil {
		log.Fatal(err)
	}

	var stored auth.Sealed
	if err := json.Unmarshal(row, &stored); err != nil {
		log.Fatal(err)
	}
	secret, err := sealer.Open(ctx, place, stored)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret, secret.Reveal())

	place.Tenant = "evil"
	_, err = sealer.Open(ctx, place, stored)
	fmt.Println(errors.Is(err, auth.ErrTampered))
	err = json.Unmarshal([]byte(`"hunter2"`), &stored)
	fmt.Println(errors.Is(err, auth.ErrNotSealed))
	// Output:
	// [sealed]
	// [redacted] hunter2
	// true
	// true
}

// Keys rotate while records are in use: rotate, rewrap what is stored, destroy what
// nothing needs any more.
func ExampleSealer_Rewrap() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	keys, err := auth.OpenKeyFile(ctx, filepath.Join(dir, "keys.json"), &auth.KeyFileOptions{Create: true})
	if err != nil {
		log.Print(err)
		return
	}
	sealer := auth.NewSealer(keys, nil)
	place := auth.Binding{Tenant: "acme", Connection: "01J9", Field: "credential"}
	table := map[string]auth.Sealed{}
	if table["01J9"], err = sealer.Seal(ctx, place, auth.NewSecret("hunter2")); err != nil {
		log.Print(err)
		return
	}

	old := keys.KeyIDs()[0]
	if _, err = keys.Rotate(ctx); err != nil {
		log.Print(err)
		return
	}
	inUse := func(_ context.Context, id string) (bool, error) {
		for _, sealed := range table {
			if sealed.KeyID() == id {
				return true, nil
			}
		}
		return false, nil
	}
	fmt.Println(keys.Destroy(ctx, old, inUse))
	for id, sealed := range table {
		rewrapped, changed, err := sealer.Rewrap(ctx, sealed)
		if err != nil {
			log.Print(err)
			return
		}
		if changed {
			table[id] = rewrapped // in a database: if the row is still the one that was read
		}
	}
	fmt.Println(keys.Destroy(ctx, old, inUse), len(keys.KeyIDs()))
	secret, err := sealer.Open(ctx, place, table["01J9"])
	fmt.Println(secret.Reveal(), err)
	// Output:
	// auth: destroy key: key is in use
	// <nil> 1
	// hunter2 <nil>
}

// kms is the client of some key management service.
type kms interface {
	Primary(ctx context.Context) (version string, err error)
	Encrypt(ctx context.Context, plaintext []byte) (version string, ciphertext []byte, err error)
	Decrypt(ctx context.Context, version string, ciphertext []byte) ([]byte, error)
}

// Errors of that client.
var (
	errNoSuchKey     = errors.New("404 no such key")
	errBadCiphertext = errors.New("400 bad ciphertext")
)

// service puts it behind the port. Its tests run authtest.TestKeyWrapper.
type service struct{ client kms }

func (s service) CurrentKey(ctx context.Context) (string, error) { return s.client.Primary(ctx) }

func (s service) Wrap(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
	version, ciphertext, err := s.client.Encrypt(ctx, dataKey)
	if err != nil {
		return auth.WrappedKey{}, err
	}
	return auth.WrappedKey{KeyID: version, Bytes: ciphertext}, nil
}

func (s service) Unwrap(ctx context.Context, key auth.WrappedKey) ([]byte, error) {
	dataKey, err := s.client.Decrypt(ctx, key.KeyID, key.Bytes)
	switch {
	case errors.Is(err, errNoSuchKey):
		return nil, fmt.Errorf("%w: %w", auth.ErrUnknownKey, err)
	case errors.Is(err, errBadCiphertext):
		return nil, fmt.Errorf("%w: %w", auth.ErrTampered, err)
	case err != nil:
		return nil, err // it may pass: no network, throttled
	}
	return dataKey, nil
}

// An adapter of a key management service, and how records move to it from a key
// file: both open from the start, and rewrapping moves one record at a time.
func ExampleKeyWrapper() {
	file, err := auth.NewMemoryKeys() // stands for auth.OpenKeyFile
	if err != nil {
		log.Fatal(err)
	}
	sealer := auth.NewSealer(auth.JoinKeys(service{client: nil}, file), nil)
	_, _, err = sealer.Rewrap(context.Background(), auth.Sealed{})
	fmt.Println(err)
	// Output: auth: rewrap: not a sealed value
}
