package auth

import (
	"errors"
	"slices"
	"strings"
)

// scopes reads the member of RFC 6749 section 3.3, which some providers write as
// an array, and split by commas whatever they were sent.
func (r *replyReader) scopes(m jsonObject) (scopes []string, err error) {
	asked := slices.Clone(r.asked)
	slices.Sort(asked)
	if m.is("scope", '[') {
		list := elements(m["scope"])
		for i := range list {
			scopes = append(scopes, list.text(i))
		}
	} else if s := m.text("scope"); s != "" {
		s = strings.ReplaceAll(s, r.quirks.separator(), " ")
		if !slices.ContainsFunc(r.asked, func(a string) bool { return strings.Contains(a, ",") }) {
			s = strings.ReplaceAll(s, ",", " ")
		}
		scopes = strings.Fields(s)
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	switch {
	case len(scopes) == 0:
		return slices.Compact(asked), nil
	case len(scopes) > MaxScopes:
		return nil, errors.New("its scope " + tooMany(MaxScopes, "entries"))
	case slices.ContainsFunc(scopes, func(s string) bool { return s == "" || len(s) > MaxScopeBytes || !printable(s, `"\`) }):
		return nil, errors.New("its scopes are no scope tokens")
	}
	return scopes, nil
}
