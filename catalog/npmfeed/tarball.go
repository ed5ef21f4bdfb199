package npmfeed

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/patchbay/patchbay/internal/egress"
)

// tarballFolder is where Dir has its tarballs.
const tarballFolder = "tarballs"

// inFolder returns where a tarball lies in a folder: under the last element of
// its URL's path.
func inFolder(tarball string) (string, error) {
	u, err := parseTarball(tarball)
	if err != nil {
		return "", err
	}
	name := path.Base(u.Path)
	if !fileName(name) {
		return "", fmt.Errorf("has no plain file name: %q", clip(name))
	}
	return tarballFolder + "/" + name, nil
}

// fileName reports whether s is the name of a file on every system and the same
// in a URL.
func fileName(s string) bool {
	if strings.Trim(s, ".") == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("._-+@~", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// atRegistry returns where the feed fetches a tarball. The document's author
// must not choose the host: a URL stands as it is only at the registry's own
// origin or one that the caller listed; of any other the path is taken and
// asked of the registry.
func (r *registry) atRegistry(tarball string) (string, error) {
	u, err := parseTarball(tarball)
	if err != nil {
		return "", err
	}
	if r.allowed(u) {
		u.Fragment, u.RawFragment = "", ""
		return u.String(), nil
	}
	own := *r.base
	prefix := strings.TrimSuffix(own.EscapedPath(), "/")
	element := u.EscapedPath()
	if !strings.HasPrefix(element, prefix+"/") {
		element = prefix + element
	}
	own.RawPath = element
	if own.Path, err = url.PathUnescape(element); err != nil {
		return "", errors.New("has a path that cannot be read")
	}
	return own.String(), nil
}

// parseTarball parses an absolute URL whose path names a file and stays where it
// is when it is put under another host.
func parseTarball(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil: // the error quotes the URL
		return nil, errors.New("is not a URL")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return nil, errors.New("is not an absolute http or https URL")
	case u.User != nil:
		return nil, errors.New("contains user information")
	case u.Path == "" || strings.HasSuffix(u.Path, "/"):
		return nil, errors.New("names no file")
	}
	for element := range strings.SplitSeq(u.Path[1:], "/") {
		if element == "" || element == "." || element == ".." || strings.ContainsAny(element, "\\\x00\r\n") {
			return nil, errors.New("has a path that is not plain")
		}
	}
	return u, nil
}

// allowed reports whether u is at the registry's origin or a listed one.
func (r *registry) allowed(u *url.URL) bool {
	if egress.SameOrigin(u, r.base) {
		return true
	}
	for _, o := range r.origins {
		if egress.SameOrigin(u, o) {
			return true
		}
	}
	return false
}
