package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
)

// minSecret is the shortest value that is looked for in URLs and errors:
// shorter ones are found everywhere.
const minSecret = 6

// remember notes what of c must not be seen.
func (x *exchange) remember(c *Credentials) {
	for key, v := range c.Values {
		if x.t.isSecret(key) {
			x.note(v.Reveal())
		}
	}
}

// isSecret reports whether the value under a key is one. What the scheme says
// counts first; a key that nobody knows is taken for a secret.
func (t *Transport) isSecret(key string) bool {
	for i := range t.o.Scheme.Params {
		if p := &t.o.Scheme.Params[i]; p.Key == key {
			return p.Secret
		}
	}
	return !slices.Contains([]string{
		ValueUsername, ValueConsumerKey, ValueSignatureMethod, ValueRealm, ValueAccessKeyID, ValueRegion, ValueService,
		ValueCertificate,
	}, key)
}

// rememberHeader notes what a placement has put into a header: the value, and
// what follows its first word, as in "Basic dXNlcjpw".
func (x *exchange) rememberHeader(values []string) {
	for _, v := range values {
		x.note(v)
		if _, rest, found := strings.Cut(v, " "); found {
			x.note(rest)
		}
	}
}

func (x *exchange) rememberQuery(name string, values []string) {
	if x.queries == nil {
		x.queries = map[string]bool{}
	}
	x.queries[name] = true
	for _, v := range values {
		x.note(v)
	}
}

// note remembers one secret.
func (x *exchange) note(secret string) {
	if len(secret) >= minSecret && !slices.Contains(x.secrets, secret) {
		x.secrets = append(x.secrets, secret)
	}
}

// carries reports whether a secret stands in text, in any spelling that a server
// may give it.
func (x *exchange) carries(text string) bool {
	text = strings.ToLower(text)
	plain, err := url.PathUnescape(text)
	if err != nil {
		plain = text
	}
	for _, secret := range x.secrets {
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), encodeStrict(secret),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			form = strings.ToLower(form)
			if strings.Contains(text, form) || strings.Contains(plain, form) {
				return true
			}
		}
	}
	return false
}

// forget takes the query parameters of a placement out of a URL that a server
// has made of one of ours.
func (x *exchange) forget(u *url.URL) {
	if len(x.queries) == 0 || u.RawQuery == "" {
		return
	}
	parts := strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' })
	kept := slices.DeleteFunc(slices.Clone(parts), func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		return err != nil || x.queries[plain]
	})
	if len(kept) < len(parts) {
		u.RawQuery = strings.Join(kept, "&")
	}
}

// quiet returns err, or, when a secret stands in its text, one that has nothing of
// it but what kind of error it is.
func (x *exchange) quiet(err error) error {
	if !x.carries(err.Error()) {
		return err
	}
	quiet := errors.New("the request failed; what was said about it showed the credentials")
	for _, kind := range []error{
		context.Canceled, context.DeadlineExceeded, os.ErrDeadlineExceeded, fs.ErrPermission, fs.ErrInvalid, errors.ErrUnsupported,
	} {
		if errors.Is(err, kind) {
			return because(kind, quiet)
		}
	}
	return quiet
}
