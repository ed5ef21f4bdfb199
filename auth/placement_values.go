package auth

import (
	"encoding/json"
	"fmt"
	"strings"
)

// CredentialsOf makes credentials of the values of a scheme's parameters, by
// parameter key, as Validate has found them to be free of faults. Defaults of
// parameters without a value are filled in.
//
// Every value is there under its own key. For types with a built-in placement the
// parts are also there under their standard keys (ValueUsername and so on), taken
// from the first of these that has a value:
//
//   - the parameter with the standard key,
//   - a parameter with a usual name for the part, such as "email" for a user name
//     or "aws_access_key_id"; the last element of a dotted key counts, without case
//     and punctuation,
//   - for a password, an API key or an access token: the only parameter that is
//     secret.
//
// What is missing is told when a request is made, by a *PlacementError. For the
// OAuth 2.0 types the access token comes from a token endpoint, and the caller
// adds it under ValueToken.
func CredentialsOf(s *Scheme, values map[string]any) *Credentials {
	given := valuesOf(s, values)
	given.standard(partsOf(s.Type))
	return &Credentials{Values: given.values}
}

// givenValues are the values of a scheme's parameters as text.
type givenValues struct {
	values map[string]Secret
	byName map[string]string // key by usual name
	secret string            // the key of the only secret; empty when there are more or none
}

func valuesOf(s *Scheme, values map[string]any) *givenValues {
	g := &givenValues{values: map[string]Secret{}, byName: map[string]string{}}
	values = WithDefaults(s.Params, values)
	secrets := 0
	for i := range s.Params {
		p := &s.Params[i]
		v, ok := secretOf(values[p.Key])
		if !ok {
			continue
		}
		g.values[p.Key] = v
		if name := usualName(p.Key); g.byName[name] == "" {
			g.byName[name] = p.Key
		}
		if p.Secret {
			g.secret, secrets = p.Key, secrets+1
		}
	}
	if secrets != 1 {
		g.secret = ""
	}
	return g
}

// standard adds the parts under their standard keys.
func (g *givenValues) standard(parts []part) {
	taken := map[string]bool{}
	for _, part := range parts {
		key := part.from(g.values, g.byName)
		if key == "" && part.only && !taken[g.secret] {
			key = g.secret
		}
		if key != "" {
			g.values[part.key], taken[key] = g.values[key], true
		}
	}
}

// part is one standard value and the names that parameters have for it.
type part struct {
	key   string
	names []string
	only  bool // the only secret is it
}

// from returns the key of the parameter that is the part, or nothing.
func (p *part) from(values map[string]Secret, byName map[string]string) string {
	if !values[p.key].IsZero() {
		return p.key
	}
	for _, name := range p.names {
		if key := byName[name]; key != "" {
			return key
		}
	}
	return ""
}

func partsOf(t Type) []part {
	switch t {
	case Basic:
		return []part{
			{key: ValueUsername, names: []string{"username", "user", "login", "email"}},
			{key: ValuePassword, names: []string{"password"}, only: true},
		}
	case APIKey:
		return []part{{key: ValueAPIKey, names: []string{"apikey", "apitoken"}, only: true}}
	case Bearer:
		return []part{{
			key: ValueToken, names: []string{"accesstoken", "bearertoken", "personalaccesstoken", "token"}, only: true,
		}}
	case OAuth1:
		return []part{
			{key: ValueConsumerKey, names: []string{"consumerkey"}},
			{key: ValueConsumerSecret, names: []string{"consumersecret"}},
			{key: ValueOAuthToken, names: []string{"oauthtoken", "accesstoken", "token", "tokenid", "tokenkey"}},
			{key: ValueTokenSecret, names: []string{"tokensecret", "oauthtokensecret", "accesstokensecret"}},
			{key: ValueSignatureMethod, names: []string{"signaturemethod"}},
			{key: ValueRealm, names: []string{"realm"}},
			{key: ValuePrivateKey, names: []string{"privatekey"}},
		}
	case AWSSigV4:
		return []part{
			{key: ValueAccessKeyID, names: []string{"accesskeyid", "awsaccesskeyid", "awskeyid", "accesskey"}},
			{key: ValueSecretAccessKey, names: []string{"secretaccesskey", "awssecretaccesskey", "awssecretkey", "secretkey"}},
			{key: ValueSessionToken, names: []string{"sessiontoken", "awssessiontoken"}},
			{key: ValueRegion, names: []string{"region", "awsregion", "regionname"}},
			{key: ValueService, names: []string{"service", "awsservice"}},
		}
	case MTLS:
		return []part{
			{key: ValueCertificate, names: []string{"certificate", "clientcertificate", "clientcert", "cert"}},
			{key: ValuePrivateKey, names: []string{"privatekey", "clientkey", "key"}},
		}
	default:
		return nil
	}
}

// secretOf returns a parameter's value as text.
func secretOf(v any) (Secret, bool) {
	switch v := v.(type) {
	case nil:
		return Secret{}, false
	case Secret:
		return v, !v.IsZero()
	case string:
		return NewSecret(v), v != ""
	case bool, json.Number, int, int64:
		return NewSecret(fmt.Sprint(v)), true
	default: // a number of another kind, a list, any JSON
		text, err := json.Marshal(v)
		return NewSecret(string(text)), err == nil
	}
}

// usualName reduces the last element of a dotted key to lower case letters and
// digits.
func usualName(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(key[strings.LastIndexByte(key, '.')+1:]))
}
