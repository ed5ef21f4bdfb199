package airbytefeed

import (
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// build makes the schemes: one for each way, or one in all.
func (b *builder) build(raw strictjson.Raw, root *schema) []auth.Scheme {
	fields := b.object(root, place{raw: raw, given: true})
	if len(b.ways) == 0 {
		b.ways = []way{{}}
	}
	used := map[string]bool{}
	var schemes []auth.Scheme
	covered := false
	for i, w := range b.ways {
		own := b.fieldsOf(fields, i+1)
		if *b.budget -= len(own); *b.budget < 0 {
			b.lost.Note(raw, "", "document asks for more parameters in all than allowed")
			return nil
		}
		if len(own) > auth.MaxParams {
			b.lost.Note(raw, "", "asks for %d parameters, more than %d", len(own), auth.MaxParams)
			return nil
		}
		s := auth.Scheme{ID: b.id(own, i+1, used), Title: w.title, Help: w.help, Type: classify(own, i+1)}
		if b.oauth.covers(own, i+1, len(b.ways)) {
			covered = true
			b.oauth.apply(&s, own, b.minor)
		}
		b.settle(&s, w.raw)
		for j := range own {
			s.Params = append(s.Params, own[j].Param)
		}
		schemes = append(schemes, s)
	}
	if b.oauth != nil && !covered {
		b.minor.Note(b.oauth.raw, "", "no way to authenticate is the one that advanced_auth describes; left out")
	}
	return schemes
}

// settle takes from s, which has no parameters yet, what a scheme must not have,
// each with a note. raw is the alternative it was made of.
func (b *builder) settle(s *auth.Scheme, raw strictjson.Raw) {
	told := map[string]bool{}
	for _, fault := range s.Validate() {
		part, _, _ := strings.Cut(fault.Field, "/")
		if told[part] {
			continue
		}
		told[part] = true
		where, at := raw, ""
		if b.oauth != nil {
			where = b.oauth.raw
		}
		switch part {
		case "title":
			s.Title, where, at = "", raw, "/title"
		case "help":
			s.Help, where, at = "", raw, "/description"
		case "authorizeURL":
			s.AuthorizeURL, at = "", statedAt+"/consent_url"
		case "tokenURL":
			s.TokenURL, at = "", statedAt+"/access_token_url"
		case "scopes":
			s.Scopes, at = nil, statedAt+"/scope"
		case "quirks":
			s.Quirks, at = nil, statedAt+"/consent_url"
		}
		b.minor.Note(where, at, "%s %s; left out", part, fault.Reason)
	}
}

// fieldsOf returns the fields of one way: its own and those of all. Of two with
// one key the first counts.
func (b *builder) fieldsOf(fields []field, way int) []field {
	var own []field
	seen := map[string]bool{}
	for _, f := range fields {
		if f.way != 0 && f.way != way {
			continue
		}
		if seen[f.Key] {
			b.minor.NoteOnce(f.raw, "", "key %s is there twice; left out", f.Key)
			continue
		}
		seen[f.Key] = true
		own = append(own, f)
	}
	return own
}

// id names a way after the constant that tells it apart, which saved
// configurations contain and which therefore stays, or else after its title.
func (b *builder) id(own []field, way int, used map[string]bool) string {
	name := "default"
	if len(b.ways[0].raw.Bytes) > 0 {
		name = b.ways[way-1].title
		for i := range own {
			if s, ok := own[i].Default.(string); ok && own[i].way == way && own[i].values != nil {
				name = s
				break
			}
		}
	}
	id := slug(name)
	if id == "" {
		id = "way"
	}
	for n, base := 2, id; used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	used[id] = true
	return id
}

// slug turns a title into an ID.
func slug(s string) string {
	const most = 48 // leaves room for a number
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if b.Len() >= most {
			break
		}
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && (r == '.' || r == '_'):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-._")
}
