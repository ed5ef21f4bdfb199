package auth

import "strings"

// The parts of an App, and of an Assertion, as parameters state them.
const (
	valueClientID     = "client_id"
	valueClientSecret = "client_secret"
	valueSigningKey   = "private_key"
	valueKeyID        = "key_id"
	valueIssuer       = "issuer"
	valueSubject      = "subject"
	valueAudience     = "audience"
)

// AppParams returns the keys of those parameters of a scheme that state the App
// itself, by their usual names, such as "client_id" or
// "credentials.client_secret"; for OAuth1 the consumer's key and secret. Where a program has
// an App already, they are not to be asked for. Other types than OAuth1 and the OAuth 2.0 ones have none.
func AppParams(s *Scheme) []string {
	names := map[string]bool{}
	for _, part := range appParts(s.Type) {
		names[usualName(part.key)] = true
		for _, n := range part.names {
			names[n] = true
		}
	}
	var keys []string
	for i := range s.Params {
		if names[usualName(s.Params[i].Key)] {
			keys = append(keys, s.Params[i].Key)
		}
	}
	return keys
}

// AppOf makes an App of the values of a scheme's parameters, as [AppParams] finds
// them, with defaults filled in; nil when they name no client and no key.
func AppOf(s *Scheme, values map[string]any) *App {
	g := valuesOf(s, values)
	parts := appParts(s.Type)
	g.standard(parts)
	stated := map[string]Secret{}
	for _, part := range parts {
		stated[part.key] = g.values[part.key]
	}
	a := &App{ClientID: stated[valueClientID].Reveal(), ClientSecret: stated[valueClientSecret]}
	if s.Type == OAuth1 {
		a = &App{ClientID: stated[ValueConsumerKey].Reveal(), ClientSecret: stated[ValueConsumerSecret]}
	}
	if key := stated[valueSigningKey]; !key.IsZero() {
		a.Key = &SigningKey{PEM: key, ID: stated[valueKeyID].Reveal()}
	}
	if a.ClientID == "" && a.Key == nil {
		return nil
	}
	return a
}

// AssertionOf returns what the values of a JWTBearer scheme's parameters say of the
// assertion: issuer, subject and audience by their usual names. The scopes stand in
// it too, where some servers look for them.
func AssertionOf(s *Scheme, values map[string]any) *Assertion {
	g := valuesOf(s, values)
	g.standard([]part{
		{key: valueIssuer, names: []string{"issuer", "iss", "clientemail", "serviceaccountemail"}},
		{key: valueSubject, names: []string{"subject", "sub", "username", "user", "email"}},
		{key: valueAudience, names: []string{"audience", "aud"}},
	})
	a := &Assertion{
		Issuer: g.values[valueIssuer].Reveal(), Subject: g.values[valueSubject].Reveal(), Audience: g.values[valueAudience].Reveal(),
	}
	if len(s.Scopes) > 0 {
		a.Claims = map[string]any{"scope": strings.Join(s.Scopes, s.Quirks.separator())}
	}
	return a
}

func appParts(t Type) []part {
	switch {
	case t == OAuth1:
		return partsOf(OAuth1)[:2]
	case t.oauth2():
		parts := []part{
			{key: valueClientID, names: []string{"clientid", "appid", "applicationid", "consumerkey"}},
			{key: valueClientSecret, names: []string{"clientsecret", "appsecret", "applicationsecret", "consumersecret"}},
		}
		if t == JWTBearer || t == PrivateKeyJWT {
			parts = append(parts,
				part{key: valueSigningKey, names: []string{"privatekey"}},
				part{key: valueKeyID, names: []string{"keyid", "kid", "privatekeyid"}})
		}
		return parts
	default:
		return nil
	}
}
