package auth

import (
	"errors"
	"strings"
	"time"
)

// replyReader turns the members of a reply into a Token.
type replyReader struct {
	quirks *Quirks  // may be nil
	renews bool     // whether this answers a refresh
	asked  []string // scopes of the request
	extra  []string // paths that may be kept
	sent   time.Time
	skew   time.Duration
}

// MaxTokenBytes bounds each token of a reply.
const MaxTokenBytes = MaxValueBytes

// token reads what RFC 6749 section 5.1 lists. The errors are constant texts.
func (r *replyReader) token(m jsonObject) (t *Token, err error) {
	path := "access_token"
	if r.quirks != nil && r.quirks.TokenPath != "" {
		path = r.quirks.TokenPath
	}
	home, last := m.descend(path)
	if r.renews && !home.has(last) {
		// Whose token it is follows from the refresh token, so some servers do not say
		// it again.
		home, last = m, "access_token"
	}
	access, err := secretMember(home, last)
	switch {
	case err != nil:
		return nil, err
	case access.IsZero():
		return nil, errors.New("it has no access token")
	}
	beside := func(name string) jsonObject { // what stands beside the token counts first
		if home.has(name) {
			return home
		}
		return m
	}
	t = &Token{AccessToken: access}
	if t.RefreshToken, err = secretMember(beside("refresh_token"), "refresh_token"); err != nil {
		return nil, err
	}
	if t.IDToken, err = secretMember(beside("id_token"), "id_token"); err != nil {
		return nil, err
	}
	if t.Type, err = tokenType(beside("token_type")); err != nil {
		return nil, err
	}
	if t.Scopes, err = r.scopes(beside("scope")); err != nil {
		return nil, err
	}
	t.Expiry = r.expiry(beside("expires_in"))
	t.Extra = r.extras(m)
	return t, nil
}

// secretMember returns a token, the empty Secret when there is none.
func secretMember(m jsonObject, name string) (Secret, error) {
	if !m.has(name) {
		return Secret{}, nil
	}
	s := m.text(name)
	switch {
	case s == "":
		return Secret{}, errors.New("a token in it is not a string")
	case len(s) > MaxTokenBytes:
		return Secret{}, errors.New("a token in it " + tooLong(MaxTokenBytes))
	case strings.TrimSpace(s) != s || !printable(strings.ReplaceAll(s, " ", ""), ""):
		return Secret{}, errors.New("a token in it has characters that none may have") // RFC 6749 appendix A.12
	}
	return NewSecret(s), nil
}

// tokenType returns the type in its usual spelling. A token whose type asks for
// more than to be shown must not be used (RFC 6749 section 7.1).
func tokenType(m jsonObject) (string, error) {
	s := m.text("token_type")
	switch lower := strings.ToLower(s); {
	case !m.has("token_type"), lower == "bearer":
		return "Bearer", nil
	case lower == "dpop", lower == "mac", lower == "pop", lower == "n_a":
		return "", because(errors.ErrUnsupported, errors.New("its token type needs more than to be sent"))
	case !word(s, "", "-._/:") || len(s) > MaxIDBytes:
		return "", errors.New("its token type is no name")
	}
	return s, nil
}

// expiry returns when to stop using the token, the zero time when the reply does
// not tell.
func (r *replyReader) expiry(m jsonObject) time.Time {
	unit := ExpirySeconds
	if r.quirks != nil && r.quirks.ExpiryUnit != "" {
		unit = r.quirks.ExpiryUnit
	}
	life := lifetime(m.scalar("expires_in"), unit)
	if life == 0 {
		return time.Time{}
	}
	return r.sent.Add(life - min(r.skew, life/4))
}
