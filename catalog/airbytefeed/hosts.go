package airbytefeed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// hosts maps the hosts that a connector may reach. What is none by
// connector.CheckHost is left out with a note: fewer hosts are safe, a guessed one
// is not.
func (d *definition) hosts(raw strictjson.Raw, rep *report) []string {
	const list = "/allowedHosts/hosts"
	var out []string
	for i, h := range d.AllowedHosts.Hosts {
		if len(out) == connector.MaxHosts {
			rep.minor.Note(raw, list, "more than %d hosts; the rest is left out", connector.MaxHosts)
			break
		}
		at := list + "/" + strconv.Itoa(i)
		host, path := hostOf(h)
		if err := connector.CheckHost(host); err != nil {
			rep.minor.Note(raw, at, "%v; left out", err)
			continue
		}
		if path {
			rep.minor.Note(raw, at, "%q has a path, which is not kept: hosts are whole", clip(h))
		}
		if !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	return out
}

// hostOf takes "https://", which a host means anyway, and a path from an entry.
func hostOf(entry string) (host string, path bool) {
	rest := strings.TrimPrefix(entry, "https://")
	name, after, _ := strings.Cut(rest, "/")
	if strings.Contains(name, ":") && strings.Contains(rest, "://") {
		return entry, false // another scheme
	}
	name = strings.TrimSuffix(name, ":443")
	if !strings.Contains(name, "{") { // names of parameters have a case
		name = strings.ToLower(name)
	}
	return name, after != ""
}
