package installer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
)

const npmManifest = "package.json"

// NPMManifest reads package.json at the root of an npm package: its name
// becomes the key, as [NPMKey] says, its version must be a strict semantic
// version, and a homepage that can be a DocsURL becomes it. Whatever else stands
// there is ignored.
func NPMManifest(_ context.Context, files fs.FS) (*connector.Manifest, error) {
	data, err := readBounded(files, npmManifest)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Name     string         `json:"name"`
		Version  string         `json:"version"`
		Homepage strictjson.Raw `json:"homepage"`
	}
	if faults := strictjson.Decode(data, &doc, &strictjson.Options{AllowUnknown: true, AllowNull: true}); len(faults) > 0 {
		return nil, npmFaults(data, faults)
	}
	key, err := NPMKey(doc.Name)
	if err = errors.Join(err, connector.CheckVersion(doc.Version)); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRefused, npmManifest, err)
	}
	m := &connector.Manifest{Key: key, Version: doc.Version, DocsURL: text(doc.Homepage)}
	if len(m.Validate()) > 0 {
		// Authors write many things there, which is no reason to refuse a package.
		m.DocsURL = ""
	}
	return m, nil
}

// text returns a JSON string, or "" for anything else.
func text(raw strictjson.Raw) string {
	var s string
	if len(raw.Bytes) == 0 || len(strictjson.DecodeRaw(raw, &s, nil)) > 0 {
		return ""
	}
	return s
}

// NPMKey returns the connector key of an npm package: its name in lower case,
// and "scope/name" for a scoped "@scope/name". The error wraps
// connector.ErrInvalid.
func NPMKey(name string) (connector.Key, error) {
	plain, scoped := strings.CutPrefix(name, "@")
	if scoped != strings.Contains(plain, "/") {
		return "", fmt.Errorf("npm name %q: want \"name\" or \"@scope/name\": %w", name, connector.ErrInvalid)
	}
	key, err := connector.ParseKey(strings.ToLower(plain))
	if err != nil {
		return "", fmt.Errorf("npm name %q: %w", name, err)
	}
	return key, nil
}

// npmFaults is the error for a package.json that is not good JSON.
func npmFaults(data []byte, faults []strictjson.Fault) error {
	lines := strictjson.NewLines(data)
	all := make(connector.Faults, len(faults))
	for i, f := range faults {
		line, column := lines.At(f.Offset)
		all[i] = connector.Fault{Pointer: f.Pointer, Line: line, Column: column, Reason: f.Reason}
	}
	return fmt.Errorf("%w: %s: %w", ErrRefused, npmManifest, all)
}
