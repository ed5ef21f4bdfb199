package airbytefeed

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// definition is what is read of one connector definition. Null counts as
// absent.
type definition struct {
	SourceID      string `json:"sourceDefinitionId"`
	DestinationID string `json:"destinationDefinitionId"`

	Name         string `json:"name"`
	Repository   string `json:"dockerRepository"`
	Tag          string `json:"dockerImageTag"`
	DocsURL      string `json:"documentationUrl"`
	IconURL      string `json:"iconUrl"`
	SourceType   string `json:"sourceType"`
	SupportLevel string `json:"supportLevel"`
	ReleaseStage string `json:"releaseStage"`
	Custom       bool   `json:"custom"`
	Tombstone    bool   `json:"tombstone"`

	AllowedHosts struct {
		Hosts []string `json:"hosts"`
	} `json:"allowedHosts"`
	Releases struct {
		Candidates map[string]strictjson.Raw `json:"releaseCandidates"`
		Breaking   map[string]breaking       `json:"breakingChanges"`
	} `json:"releases"`

	Spec      strictjson.Raw `json:"spec"`
	Generated strictjson.Raw `json:"generated"`
}

// decodeObject decodes an object that is not optional, and reports whether it is
// one.
func decodeObject(raw strictjson.Raw, v any, l *faultlist.List) bool {
	if len(raw.Bytes) == 0 || raw.Bytes[0] != '{' {
		l.Add(strictjson.DecodeRaw(raw, v, &strictjson.Options{DeferRaw: true})...)
		return false
	}
	l.Add(strictjson.DecodeRaw(raw, v, lenient())...)
	return true
}

// lenient is how foreign objects are decoded. Values kept for later are
// checked when they are decoded themselves.
func lenient() *strictjson.Options {
	return &strictjson.Options{
		AllowUnknown: true, AllowNull: true, DeferRaw: true, MaxDepth: maxDepth, MaxItems: maxDefinitions,
	}
}

func (r role) idMember() string { return string(r) + "DefinitionId" }

func (d *definition) id(r role) string {
	if r == source {
		return d.SourceID
	}
	return d.DestinationID
}

// uuid reports whether s is a UUID in lower case (RFC 9562 section 4).
func uuid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

// describe maps what is said of the connector as a whole.
func (d *definition) describe(r role, key connector.Key, raw strictjson.Raw, rep *report) connector.Connector {
	if strings.TrimSpace(d.Name) == "" {
		rep.lost.NoteOnce(raw, "/name", "name is missing")
	}
	conn := connector.Connector{
		Key: key, Name: d.Name, Categories: []string{string(r)},
		Icon:    link(&rep.minor, raw, "/iconUrl", d.IconURL),
		DocsURL: link(&rep.minor, raw, "/documentationUrl", d.DocsURL),
	}
	if parts := strings.Split(d.Repository, "/"); len(parts) > 1 && !strings.ContainsAny(parts[len(parts)-2], ".:") {
		conn.Publisher = parts[len(parts)-2]
	}
	for _, c := range []string{d.SourceType, d.SupportLevel} {
		if c != "" {
			conn.Categories = append(conn.Categories, c)
		}
	}
	return conn
}

// link returns a URL that a page may link to. Anything but http and https,
// such as "javascript:", is left out with a note.
func link(minor *faultlist.List, raw strictjson.Raw, pointer, s string) string {
	if s != "" && !linkable(s) {
		minor.NoteOnce(raw, pointer, "not an absolute http or https URL; left out")
		return ""
	}
	return s
}

func linkable(s string) bool {
	if len(s) > connector.MaxURLBytes || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// repository is the grammar of an image's name: an optional registry host,
// and path elements (OCI distribution specification 1.1, "Pulling manifests").
var repository = regexp.MustCompile(`^(?:(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::[0-9]{1,5})?|[a-zA-Z0-9-]+:[0-9]{1,5})/)?` +
	`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)

// Bounds of an image's name and tag, as registries have them.
const (
	maxRepository = 255
	maxTag        = 128
)
