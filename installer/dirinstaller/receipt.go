package dirinstaller

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// maxReceipt bounds receipt.json in bytes. A manifest of 4 MiB fits, even if all of it has to be escaped.
const maxReceipt = 32 << 20

// stored is what a receipt file holds. The digest, of the receipt without white space, tells a damaged receipt from one
// of another package with the same bytes: the one is replaced, the other stays.
type stored struct {
	Digest  connector.Digest `json:"digest"`
	Receipt json.RawMessage  `json:"receipt"`
}

// writeReceipt writes a receipt file and closes it. It is not indented: what is deeply nested would grow without
// bound, and one that is larger than what is read would be damage.
func writeReceipt(f io.WriteCloser, r *installer.Receipt) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return errors.Join(fmt.Errorf("encode receipt: %w", err), f.Close())
	}
	data, err := json.Marshal(&stored{connector.DigestOf(raw), raw})
	if err != nil {
		return errors.Join(fmt.Errorf("encode receipt: %w", err), f.Close())
	}
	if len(data) >= maxReceipt {
		return errors.Join(&installer.LimitError{Limit: "bytes of receipt", Max: maxReceipt}, f.Close())
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	return nil
}

// readReceipt reads the receipt of a content directory. It returns an error
// wrapping fs.ErrNotExist when there is no such directory, and ErrCorrupt when
// it is not a whole one.
func readReceipt(d disk, content string) (*installer.Receipt, error) {
	info, err := d.Lstat(content)
	if err != nil {
		return nil, fmt.Errorf("look for the package: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%w: not a directory", installer.ErrCorrupt)
	}
	entries, err := list(d, content)
	if err != nil {
		return nil, err
	}
	if len(entries) != 2 || entries[0].Name() != filesDir || !entries[0].IsDir() ||
		entries[1].Name() != receiptFile || !entries[1].Type().IsRegular() {
		return nil, fmt.Errorf("%w: the directory holds something else than %s and %s", installer.ErrCorrupt, filesDir, receiptFile)
	}
	f, err := d.FS().Open(path.Join(content, receiptFile))
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxReceipt))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	r, err := decodeReceipt(data)
	if err != nil {
		return nil, fmt.Errorf("%w: receipt: %w", installer.ErrCorrupt, err)
	}
	return r, nil
}

func decodeReceipt(data []byte) (*installer.Receipt, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	if err := json.Compact(&raw, s.Receipt); err != nil {
		return nil, err
	}
	if got := connector.DigestOf(raw.Bytes()); got != s.Digest {
		return nil, &installer.DigestError{Want: s.Digest, Got: got}
	}
	r := &installer.Receipt{}
	return r, json.Unmarshal(raw.Bytes(), r)
}
