package connector

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// entry takes in one element of "connectors". Almost all are sound; another one is
// taken apart.
func (p *parser) entry(e *element) {
	if _, twice := p.claimed[e.key]; e.sound && !twice {
		p.claimed[e.key] = e.index
		if p.undecoded {
			p.documents = append(p.documents, e.document)
		} else {
			p.connectors = append(p.room(), e.connector)
		}
		return
	}
	env, faults := p.envelope(e.raw)
	p.salvage(e.raw, e.index, &env, faults)
}

// envelope opens an element and holds the connector against its digest.
func (p *parser) envelope(raw strictjson.Raw) (env envelope, faults []strictjson.Fault) {
	var c checker
	if len(raw.Bytes) > p.o.MaxConnectorBytes {
		c.add("", fmt.Sprintf("it has %d bytes, at most %d are allowed", len(raw.Bytes), p.o.MaxConnectorBytes))
		return env, merge(raw, nil, c.findings)
	}
	faults = strictjson.DecodeRaw(raw, &env, &p.apart)
	if env.Connector.Bytes == nil {
		c.add("connector", "it is missing")
	}
	if env.Digest != nil {
		sum := sha256.Sum256(env.Connector.Bytes)
		c.add("digest", sumReason(*env.Digest, env.Connector.Bytes, &sum))
	}
	if len(c.findings) > 0 {
		faults = merge(raw, faults, c.findings)
	}
	return env, faults
}

// lostRelease is a release with everything that is wrong with it.
type lostRelease struct {
	version string
	faults  []strictjson.Fault
}

// salvage keeps what is sound of an entry and tells everything that is not.
// faults are those of the envelope.
func (p *parser) salvage(raw strictjson.Raw, index int, env *envelope, faults []strictjson.Fault) {
	var parts connectorParts
	if env.Connector.Bytes != nil {
		faults = append(faults, p.parts(env.Connector, &parts, index)...)
	}
	conn := parts.connector()
	kept, lost := p.releases(&parts)
	conn.Releases = kept
	if len(faults) > 0 || len(kept) == 0 {
		for _, l := range lost {
			faults = append(faults, l.faults...)
		}
		sortFaults(faults)
		p.problem(cmp.Or(string(conn.Key), keyIn(raw)), "", LostConnector, faults)
		return
	}
	p.keep(conn)
	for _, l := range lost {
		p.problem(string(conn.Key), l.version, LostRelease, l.faults)
	}
}

// keyIn looks for a key in an entry that could not be taken apart, so that its
// Problem can name it: in the connector, or where the envelope was forgotten.
func keyIn(raw strictjson.Raw) string {
	var entry struct {
		Key       string `json:"key"`
		Connector struct {
			Key string `json:"key"`
		} `json:"connector"`
	}
	strictjson.DecodeRaw(raw, &entry, &strictjson.Options{AllowUnknown: true})
	return cmp.Or(entry.Connector.Key, entry.Key)
}

// parts decodes and checks a connector but for its releases, and claims its key
// for the entry with this index.
func (p *parser) parts(raw strictjson.Raw, parts *connectorParts, index int) []strictjson.Fault {
	faults := strictjson.DecodeRaw(raw, parts, &p.apart)
	conn := parts.connector()
	conn.Releases = make([]Release, min(1, len(parts.Releases))) // the checker asks only whether there are any
	c := checker{parsed: true}
	c.connector(&conn)
	if n := len(parts.Releases); n > p.o.MaxReleases {
		c.add("releases", tooMany(n, p.o.MaxReleases))
		parts.Releases = nil
	}
	if conn.Key.Valid() {
		if first, twice := p.claimed[conn.Key]; twice {
			c.add("key", fmt.Sprintf("%s is stated at /connectors/%d already; the first one counts", quote(string(conn.Key)), first))
		} else {
			p.claimed[conn.Key] = index
		}
	}
	return merge(raw, faults, c.findings)
}

// releases decodes releases one by one.
func (p *parser) releases(parts *connectorParts) (kept []Release, lost []lostRelease) {
	type claim struct {
		pointer string
		release *Release
	}
	claimed := make(map[string]claim, len(parts.Releases))
	told := 0
	for _, raw := range parts.Releases {
		r := new(Release)
		faults := strictjson.DecodeRaw(raw, r, &p.whole)
		c := checker{parsed: true}
		c.release(r, parts.Key)
		if first, twice := claimed[r.Version]; twice {
			c.add("version", twiceReason(r, first.release, first.pointer))
		} else if r.Version != "" {
			claimed[r.Version] = claim{raw.Pointer, r}
		}
		if faults = merge(raw, faults, c.findings); len(faults) > 0 {
			if told += len(faults); told > maxIndexFaults {
				faults = slices.Clone(faults[:1])
			}
			lost = append(lost, lostRelease{r.Version, faults})
		} else {
			kept = append(kept, *r)
		}
	}
	return slices.Clip(kept), lost
}

// problem notes what is wrong with a connector or release. After very many
// faults only the first one of each is told.
func (p *parser) problem(key, version string, lost Loss, faults []strictjson.Fault) {
	if p.told >= maxIndexFaults {
		faults = faults[:1]
	} else if len(faults) > maxFindings {
		more := faults[maxFindings]
		more.Reason = fmt.Sprintf("%d more faults follow", len(faults)-maxFindings)
		faults = append(slices.Clip(faults[:maxFindings]), more)
	}
	p.told += len(faults)
	p.problems = append(p.problems, Problem{
		Key: clip(key), Version: clip(version), Lost: lost, Faults: p.place(faults),
	})
}

// clip cuts a text that a feed wrote to a length that can be shown, and copies
// it, so that a Problem does not hold on to the entry.
func clip(s string) string {
	if len(s) > MaxVersionBytes {
		return s[:MaxVersionBytes-3] + "..."
	}
	return strings.Clone(s)
}
