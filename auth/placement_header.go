package auth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// placeFunc is a built-in placement; reason says why there is none.
type placeFunc func(req *http.Request, c *Credentials) (reason string)

// placement returns how credentials of s travel. Nil without a reason: not as
// part of the request.
func placement(s *Scheme) (p placeFunc, reason string) {
	switch s.Type {
	case None, MTLS:
		return nil, ""
	case Basic:
		return placeBasic, ""
	case Bearer, OAuth2Code, ClientCredentials, Device, JWTBearer, PrivateKeyJWT:
		return placeBearer, ""
	case OAuth1:
		return placeOAuth1, ""
	case AWSSigV4:
		return placeSigV4, ""
	case APIKey:
		var f faults
		f.placement(s)
		switch {
		case len(f) > 0:
			return nil, f[0].String()
		case s.In == InQuery:
			return placeQuery(s.Name), ""
		}
		return placeHeader(s.Name), ""
	case Custom:
		return nil, "no Placer is registered for it"
	default:
		return nil, "its type is not known"
	}
}

// placeBasic follows RFC 7617, with UTF-8 (section 2.1).
func placeBasic(req *http.Request, c *Credentials) string {
	user, password := c.value(ValueUsername), c.value(ValuePassword)
	switch {
	case user == "" && password == "":
		return "user name and password are missing"
	case strings.Contains(user, ":"):
		return "the user name contains ':'"
	case !utf8.ValidString(user + password):
		return "user name or password is not UTF-8"
	case control(user + password):
		return "user name or password contains a control character"
	}
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	return ""
}

// placeBearer follows RFC 6750 section 2.1. Tokens out in the world have more
// characters than its grammar.
func placeBearer(req *http.Request, c *Credentials) string {
	token := c.value(ValueToken)
	switch {
	case token == "":
		return "the access token is missing"
	case !headerValue(token):
		return "the access token is not visible ASCII"
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return ""
}

func placeHeader(name string) placeFunc {
	return func(req *http.Request, c *Credentials) string {
		key := c.value(ValueAPIKey)
		switch {
		case key == "":
			return "the key is missing"
		case !headerValue(key):
			return "the key is not fit for a header"
		}
		req.Header.Set(name, key)
		return ""
	}
}

// placeQuery leaves the bytes of the query that is there as they are.
func placeQuery(name string) placeFunc {
	return func(req *http.Request, c *Credentials) string {
		key := c.value(ValueAPIKey)
		if key == "" {
			return "the key is missing"
		}
		query := url.QueryEscape(name) + "=" + url.QueryEscape(key)
		if req.URL.RawQuery != "" {
			query = req.URL.RawQuery + "&" + query
		}
		req.URL.RawQuery = query
		return ""
	}
}

// headerValue reports whether s is visible ASCII with spaces inside at most: what
// every server reads alike (RFC 9110 section 5.5).
func headerValue(s string) bool {
	return printable(strings.ReplaceAll(s, " ", "_"), "") && strings.Trim(s, " ") == s
}

// control reports whether s contains a control character (RFC 7617 section 2).
func control(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
