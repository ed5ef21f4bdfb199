package auth

import (
	"net/http"
	"net/url"
	"strings"
)

// signatureBase returns the signature base string of RFC 5849 section 3.4.1.
func signatureBase(req *http.Request, params url.Values) (base, reason string) {
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return "", "the query is malformed" // the error quotes it
	}
	form, reason := formOf(req)
	if reason != "" {
		return "", reason
	}
	all := encodePairs(encodePairs(encodePairs(nil, params), query), form)
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	return strings.ToUpper(method) + "&" + encodeStrict(baseURI(req.URL)) + "&" + encodeStrict(joinPairs(all)), ""
}

// baseURI returns the base string URI of RFC 5849 section 3.4.1.2.
func baseURI(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path
}
