package airbytefeed

import (
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// classify names the type of a way by what it asks for. The rules, of which the
// first that holds counts; names are compared without case, punctuation and
// trailing digits:
//
//	no secret                                           None
//	one secret "password" and a user name or email      Basic
//	a client id and a secret "client secret", no token  ClientCredentials
//	an access key id and a secret access key            AWSSigV4
//	one secret, an access token by name                 Bearer
//	anything else                                       Custom
//
// APIKey is never said, because the registry does not say where a key goes.
// What belongs to other alternatives, such as a tunnel's password, is not
// counted; nor is what is common to all ways when the way has secrets itself.
func classify(fields []field, way int) auth.Type {
	secrets, plain := map[string]bool{}, map[string]bool{}
	own := false
	for i := range fields {
		own = own || (fields[i].Secret && fields[i].way == way)
	}
	for i := range fields {
		f := &fields[i]
		if f.alternative || (own && f.way != way) || f.values != nil {
			continue
		}
		if f.Secret {
			secrets[plainName(f.Key)] = true
		} else {
			plain[plainName(f.Key)] = true
		}
	}
	given := func(names ...string) bool {
		for _, n := range names {
			if secrets[n] || plain[n] {
				return true
			}
		}
		return false
	}
	only := func(n int) bool { return len(secrets) == n }
	user := given("user", "username", "login", "email")
	switch {
	case only(0):
		return auth.None
	case secrets["password"] && user && (only(1) || only(2) && (secrets["username"] || secrets["user"] || secrets["email"])):
		return auth.Basic
	case secrets["clientsecret"] && given("clientid") && (only(1) || only(2) && secrets["clientid"]):
		return auth.ClientCredentials
	case awsKeys(secrets, plain):
		return auth.AWSSigV4
	case only(1) && (secrets["accesstoken"] || secrets["bearertoken"] || secrets["personalaccesstoken"]):
		return auth.Bearer
	default:
		return auth.Custom
	}
}

// awsKeys reports whether the secrets are a pair of AWS access keys.
func awsKeys(secrets, plain map[string]bool) bool {
	for id, key := range map[string]string{
		"awsaccesskeyid": "awssecretaccesskey", "accesskeyid": "secretaccesskey", "awskeyid": "awssecretkey",
	} {
		if secrets[key] && (secrets[id] && len(secrets) == 2 || plain[id] && len(secrets) == 1) {
			return true
		}
	}
	return false
}

// plainName reduces the last element of a dotted key to letters and digits.
func plainName(key string) string {
	key = key[strings.LastIndexByte(key, '.')+1:]
	key = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(key))
	return strings.TrimRight(key, "0123456789")
}
