package catalog

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const prefixRedirect = "redirect/" // redirect/<hash of the place>: the connector it belongs to

// claim makes a redirect URI the connector's, for ever. Two connectors never share one, or
// what a server sent for the one would pass for the other's.
func (c *Catalog) claim(ctx context.Context, uri string, key connector.Key) ([]Op, error) {
	if uri == "" {
		return nil, nil
	}
	at := prefixRedirect + hashed(place(uri))
	of, _, err := get[connector.Key](ctx, c, at)
	switch {
	case errors.Is(err, ErrNotFound):
		return []Op{Put(at, encode(key), Absent())}, nil
	case err == nil && of != key:
		return nil, fmt.Errorf("%w: its redirect URI is that of another connector: each needs one of its own, queries aside", ErrInvalid)
	default:
		return nil, err
	}
}

// cameTo checks that a callback came to the session's own redirect URI: to its host too, where
// it says so.
func (s *session) cameTo(callback *url.URL) error {
	want, err := url.Parse(s.Redirect)
	if err != nil {
		return fmt.Errorf("%w: redirect URI", ErrInvalid)
	}
	came := *callback
	if came.Host == "" && came.Scheme == "" { // as a server sees it
		came.Host, came.Scheme = want.Host, want.Scheme
	}
	if placeOf(&came) != placeOf(want) {
		return fmt.Errorf("%w: it came to another redirect URI than the authorization's", auth.ErrBadCallback)
	}
	return nil
}

// placeOf is one text for all the ways to write where a browser comes back to. What stands
// in a query does not tell two places apart: servers add to it.
func placeOf(u *url.URL) string {
	host, path := strings.ToLower(u.Host), u.Path
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	if path == "" {
		path = "/"
	}
	return u.Scheme + "|" + host + "|" + path + "|" + u.Opaque
}

func place(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri // it is refused elsewhere
	}
	return placeOf(u)
}
