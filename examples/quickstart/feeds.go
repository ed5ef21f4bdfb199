package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/airbytefeed"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/catalog/npmfeed"
)

// parseFeeds makes the feeds of the command line. Their names are what the
// catalog remembers them by, so they do not depend on where a registry's copy
// lies today.
func parseFeeds(specs []string, choices []catalog.Choice) ([]catalog.Feed, error) {
	var feeds []catalog.Feed
	var errs []error
	count := map[string]int{}
	for _, spec := range specs {
		name := feedName(spec)
		if count[name]++; count[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, count[name])
		}
		feed, err := parseFeed(spec, name, choices)
		if err != nil {
			errs = append(errs, fmt.Errorf("-feed %s: %w", spec, err))
			continue
		}
		feeds = append(feeds, feed)
	}
	return feeds, errors.Join(errs...)
}

func feedName(spec string) string {
	kind, rest, _ := strings.Cut(spec, ":")
	switch kind {
	case "airbyte", "npm":
		return kind
	case "dir":
		return "dir:" + filepath.ToSlash(filepath.Clean(rest))
	default:
		return strings.TrimPrefix(rest, "//")
	}
}

func parseFeed(spec, name string, choices []catalog.Choice) (catalog.Feed, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	local := isLoopback(rest)
	switch {
	case rest == "":
		return nil, errors.New("want airbyte:FILE, npm:DIR, npm:URL#NAME,NAME, dir:DIR or a URL")
	case kind == "http" || kind == "https":
		local = isLoopback(spec)
		return httpfeed.New(spec, &httpfeed.Options{Name: name, AllowHTTP: local, AllowPrivate: local}), nil
	case kind == "dir":
		return fsfeed.New(name, os.DirFS(rest), nil), nil
	case kind == "airbyte" && isURL(rest):
		return airbytefeed.URL(rest, &airbytefeed.Options{Name: name, AllowHTTP: local, AllowPrivate: local}), nil
	case kind == "airbyte":
		return airbytefeed.File(os.DirFS(filepath.Dir(rest)), filepath.Base(rest), &airbytefeed.Options{Name: name}), nil
	case kind == "npm" && isURL(rest):
		base, names, _ := strings.Cut(rest, "#")
		packages := packageNames(names, choices)
		if len(packages) == 0 {
			return nil, errors.New("a registry has no list: name the packages, npm:URL#NAME,NAME, or install some")
		}
		return npmfeed.Registry(base, packages, &npmfeed.Options{Name: name, AllowHTTP: local, AllowPrivate: local}), nil
	case kind == "npm":
		return npmfeed.Dir(os.DirFS(rest), &npmfeed.Options{Name: name}), nil
	default:
		return nil, fmt.Errorf("%q is no kind of feed", kind)
	}
}

// packageNames are the names behind the #, else those to be installed.
func packageNames(list string, choices []catalog.Choice) []string {
	if list != "" {
		return strings.Split(list, ",")
	}
	var names []string
	for _, c := range choices {
		name := c.Key
		if strings.Contains(name, "/") {
			name = "@" + name
		}
		names = append(names, name)
	}
	return names
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// isLoopback reports whether a URL's host is an address of this very machine.
// Only then may a feed use plain HTTP and an address that is not public.
func isLoopback(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && net.ParseIP(u.Hostname()).IsLoopback()
}
