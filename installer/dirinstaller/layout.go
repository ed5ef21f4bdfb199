package dirinstaller

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// The names below the directory.
const (
	contentDir  = "content"
	stageDir    = "stage"
	receiptFile = "receipt.json"
	filesDir    = "files"

	artifactFile = "artifact" // of an attempt: the bytes as received, until they are unpacked
	oldDir       = "old"      // of an attempt to delete: what is to go
)

// contentPath returns where the package with this artifact lies. The digest
// becomes a path, so it is checked even in a receipt.
func contentPath(d connector.Digest) (string, error) {
	d, err := connector.ParseDigest(string(d))
	if err != nil {
		return "", err
	}
	return path.Join(contentDir, d.Algorithm(), d.Hex()), nil
}

// attemptPrefix begins the names of all attempts at one package.
func attemptPrefix(key connector.Key, version string, d connector.Digest) string {
	sum := sha256.Sum256([]byte(string(key) + "\x00" + version + "\x00" + string(d)))
	return hex.EncodeToString(sum[:12]) + "-"
}

// newAttempt makes an empty directory for one attempt and returns its path.
func newAttempt(d disk, prefix string) (string, error) {
	name := path.Join(stageDir, prefix+strings.ToLower(rand.Text()))
	err := d.Mkdir(name, 0o755) // it may become the content; the stage is closed to others
	if errors.Is(err, fs.ErrNotExist) {
		if err = d.MkdirAll(stageDir, 0o700); err == nil {
			err = d.Mkdir(name, 0o755)
		}
	}
	if err != nil {
		return "", fmt.Errorf("make stage: %w", err)
	}
	return name, nil
}

// clearAttempts removes what earlier attempts left behind, and says how many
// there were.
func clearAttempts(d disk, prefix string) (int, error) {
	entries, err := list(d, stageDir)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if err := d.RemoveAll(path.Join(stageDir, e.Name())); err != nil {
			return removed, fmt.Errorf("remove leftovers: %w", err)
		}
		removed++
	}
	return removed, nil
}

// moveAway moves a path to an attempt of its own, which is returned.
func moveAway(d disk, name, prefix string) (attempt string, err error) {
	attempt, err = newAttempt(d, prefix)
	if err != nil {
		return "", err
	}
	if err := d.Rename(name, path.Join(attempt, oldDir)); err != nil {
		_ = d.RemoveAll(attempt) // empty, and the error below is the one to tell
		return "", fmt.Errorf("move away: %w", err)
	}
	return attempt, nil
}

// discard deletes a path so that no crash shows half of it: it is moved to the
// stage first.
func discard(d disk, name, prefix string) error {
	attempt, err := moveAway(d, name, prefix)
	if err != nil {
		return err
	}
	if err := d.Sync(path.Dir(name)); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := d.RemoveAll(attempt); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	return nil
}
