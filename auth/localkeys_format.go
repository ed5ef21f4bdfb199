package auth

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/internal/strictjson"
)

const keyFileFormat = "patchbay.keys/v1"

// keyDocument is the content of a key file.
type keyDocument struct {
	Format  string     `json:"format"`
	Current string     `json:"current"` // id of the first key, said again for who edits the file
	Keys    []keyEntry `json:"keys"`    // from the newest to the oldest
}

type keyEntry struct {
	ID  string `json:"id"`
	Key string `json:"key"` // base64
}

func encodeKeys(ring keyring) ([]byte, error) {
	doc := keyDocument{Format: keyFileFormat, Current: ring[0].id, Keys: make([]keyEntry, len(ring))}
	for i, k := range ring {
		doc.Keys[i] = keyEntry{ID: k.id, Key: base64.StdEncoding.EncodeToString([]byte(k.reveal.Reveal()))}
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// decodeKeys reads a key file. It tells every fault with its place, and quotes
// nothing, because a key may stand anywhere in a damaged file.
func decodeKeys(text []byte) (keyring, error) {
	var doc keyDocument
	if found := strictjson.Decode(text, &doc, &strictjson.Options{MaxDepth: 3, MaxItems: maxLocalKeys}); len(found) > 0 {
		at := make([]string, len(found))
		for i, f := range found {
			at[i] = strconv.Itoa(f.Offset)
		}
		return nil, fmt.Errorf("key file is not as it was written at byte %s: %w", strings.Join(at, ", "), fs.ErrInvalid)
	}
	var f faults
	if doc.Format != keyFileFormat {
		f.add("format", "is not "+keyFileFormat)
	}
	ring := make(keyring, 0, len(doc.Keys))
	for i, entry := range doc.Keys {
		k, reason := entry.key()
		if reason == "" && ring.find(k.id) != nil {
			reason = "occurs twice"
		}
		if reason != "" {
			f.add(item("keys", i), reason)
			continue
		}
		ring = append(ring, k)
	}
	switch {
	case len(doc.Keys) == 0:
		f.add("keys", "are none")
	case doc.Current != doc.Keys[0].ID:
		f.add("current", "is not the first key")
	}
	if len(f) > 0 {
		return nil, fmt.Errorf("key file: %s: %w", oneLine(f), fs.ErrInvalid)
	}
	return ring, nil
}

// key returns the key of an entry, or what is wrong with it.
func (e keyEntry) key() (*localKey, string) {
	raw, err := base64.StdEncoding.Strict().DecodeString(e.Key)
	defer clear(raw)
	if err != nil || len(raw) != DataKeyBytes {
		return nil, "is not " + strconv.Itoa(DataKeyBytes) + " bytes in base64"
	}
	k, err := newLocalKey(raw)
	if err != nil {
		return nil, "cannot be used"
	}
	if k.id != e.ID {
		return nil, "is damaged: its id is not its fingerprint"
	}
	return k, ""
}
