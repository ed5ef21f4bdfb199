package installer

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
)

const (
	npmManifest = "package.json"
	// maxHomepage bounds a homepage that becomes a DocsURL, in bytes.
	maxHomepage = 2048
)

// NPMManifest reads package.json at the root of an npm package: its name
// becomes the key, as [NPMKey] says, its version must be a strict semantic
// version, and a homepage that is an absolute http or https URL becomes the DocsURL.
// Whatever else stands there is ignored.
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
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRefused, npmManifest, err)
	}
	if err := connector.CheckVersion(doc.Version); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRefused, npmManifest, err)
	}
	return &connector.Manifest{Key: key, Version: doc.Version, DocsURL: npmHomepage(doc.Homepage)}, nil
}

// NPMKey returns the connector key of an npm package: its name in lower case,
// and "scope/name" for a scoped "@scope/name".
func NPMKey(name string) (connector.Key, error) {
	plain, scoped := strings.CutPrefix(name, "@")
	if scoped != strings.Contains(plain, "/") {
		return "", fmt.Errorf("npm name %q: %w", name, fs.ErrInvalid)
	}
	key, err := connector.ParseKey(strings.ToLower(plain))
	if err != nil {
		return "", fmt.Errorf("npm name %q: %w", name, err)
	}
	return key, nil
}

// npmHomepage returns the homepage if it can be shown to somebody. Authors
// write many other things there, which is no reason to refuse a package.
func npmHomepage(raw strictjson.Raw) string {
	var text string
	if len(raw.Bytes) == 0 || len(raw.Bytes) > maxHomepage || len(strictjson.DecodeRaw(raw, &text, nil)) > 0 {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	return text
}

func npmFaults(data []byte, faults []strictjson.Fault) error {
	lines := strictjson.NewLines(data)
	var text strings.Builder
	for i, f := range faults {
		if i > 0 {
			text.WriteString("; ")
		}
		line, column := lines.At(f.Offset)
		fmt.Fprintf(&text, "%d:%d: %s", line, column, f.Reason)
	}
	return fmt.Errorf("%w: %s: %s", ErrRefused, npmManifest, text.String())
}
