package airbytefeed

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// classify names the type of a way by what it asks for. The rules, of which the
// first that holds counts; names are compared without case, punctuation and
// trailing digits:
//
//	no secret                                           None
//	a secret "password" and a user name or email        Basic
//	a client id and a secret "client secret"            ClientCredentials
//	an access key id and a secret access key            AWSSigV4
//	one secret, an access token by name                 Bearer
//	anything else, such as further secrets              Custom
//
// APIKey is never said, because the registry does not say where a key goes.
// What belongs to other alternatives, such as a tunnel's password, is not
// counted; nor is what is common to all ways when the way has secrets itself.
func classify(fields []field, way int) auth.Type {
	a := asked(fields, way)
	n := len(a.secret)
	switch {
	case n == 0:
		return auth.None
	case a.secret["password"] && a.any("user", "username", "login", "email") && n == 1+a.secrets("user", "username", "login", "email"):
		return auth.Basic
	case a.secret["clientsecret"] && a.any("clientid") && n == 1+a.secrets("clientid"):
		return auth.ClientCredentials
	case a.aws():
		return auth.AWSSigV4
	case n == 1 && a.secrets("accesstoken", "bearertoken", "personalaccesstoken") == 1:
		return auth.Bearer
	default:
		return auth.Custom
	}
}

// questions are the names of what a way asks for.
type questions struct{ secret, plain map[string]bool }

// asked collects what counts for the type.
func asked(fields []field, way int) questions {
	a := questions{map[string]bool{}, map[string]bool{}}
	own := false
	for i := range fields {
		own = own || (fields[i].Secret && fields[i].way == way)
	}
	for i := range fields {
		f := &fields[i]
		switch {
		case f.alternative, own && f.way != way, f.values != nil:
		case f.Secret:
			a.secret[plainName(f.Key)] = true
		default:
			a.plain[plainName(f.Key)] = true
		}
	}
	return a
}

// any reports whether any of the names is asked for.
func (a questions) any(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return a.secret[n] || a.plain[n] })
}

// secrets counts which of the names are secrets.
func (a questions) secrets(names ...string) int {
	count := 0
	for _, n := range names {
		if a.secret[n] {
			count++
		}
	}
	return count
}

// aws reports whether the secrets are a pair of AWS access keys.
func (a questions) aws() bool {
	for _, pair := range [][2]string{
		{"awsaccesskeyid", "awssecretaccesskey"}, {"accesskeyid", "secretaccesskey"}, {"awskeyid", "awssecretkey"},
	} {
		if a.secret[pair[1]] && a.any(pair[0]) && len(a.secret) == 1+a.secrets(pair[0]) {
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
