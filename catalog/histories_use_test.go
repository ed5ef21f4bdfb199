package catalog_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
)

// reauthenticate gives a connection new credentials where nobody has to agree.
func (s *step) reauthenticate() (touched string, err error) {
	c := pick(s.histGen, s.conns...)
	if c.byPerson() {
		return "", s.beginAgain(c)
	}
	given := map[string]any{}
	var faults []string
	if c.scheme == "token" {
		if s.one(2) {
			given["token"] = "user-three"
		}
		if s.one(4) {
			given["site"] = "globex"
		}
		for key := range given {
			if key != "token" || slices.Contains(c.fixed, key) {
				faults = append(faults, key)
			}
		}
		slices.Sort(faults)
	}
	s.say("reauthenticate %s with %v", c.id, given)
	_, err = s.of(c.owner).Reauthenticate(s.ctx, c.id, &catalog.ReauthRequest{Params: given})
	if len(faults) > 0 {
		if !(wanted{settled: settled{faults: faults}, err: catalog.ErrInvalid}).refuses(err) {
			return "", fmt.Errorf("got %w, want faults in %v", err, faults)
		}
		s.count("reauthentication refused")
		return "", nil
	}
	if given["token"] != nil {
		c.token = "user-three"
	}
	s.count("reauthenticated " + c.scheme)
	c.fresh = true
	return c.id, err
}

func (s *step) beginAgain(c *histConn) error {
	s.say("begin to reauthenticate %s", c.id)
	a, err := s.of(c.owner).BeginReauthenticate(s.ctx, c.id, &catalog.ReauthRequest{Browser: browser})
	s.begun = append(s.begun, &histSession{request: histRequest{by: c.owner, scheme: c.scheme}, begun: a, again: c})
	return err
}

// use makes one call, sometimes after the tokens have expired.
func (s *step) use() (touched string, err error) {
	if s.one(3) {
		s.say("two hours pass")
		s.pass(2 * time.Hour)
		s.begun = nil
		for _, c := range s.conns {
			c.fresh = false
		}
	}
	c := pick(s.histGen, s.conns...)
	s.say("use %s", c.id)
	client, err := s.of(c.owner).Client(s.ctx, c.id)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.server.URL+"/"+authtest.API, nil)
	if err != nil {
		return "", err
	}
	s.server.Forget()
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	if err := resp.Body.Close(); err != nil {
		return "", err
	}
	sent := s.server.Requests(authtest.API)[0].Header.Get("Authorization")
	s.count("used " + c.scheme)
	switch c.scheme {
	case "open":
		if sent != "" {
			return "", fmt.Errorf("sent %q", sent)
		}
	case "token":
		if sent != "Bearer "+c.token {
			return "", fmt.Errorf("sent %q, want token %q", sent, c.token)
		}
	default:
		if resp.StatusCode != http.StatusOK {
			return "", fmt.Errorf("status %d", resp.StatusCode)
		}
		if !c.fresh {
			touched, c.fresh = c.id, true
			s.count("renewed " + c.scheme)
		}
	}
	return touched, nil
}

func (s *step) rename() (touched string, err error) {
	c := pick(s.histGen, s.conns...)
	s.names++
	s.say("rename %s", c.id)
	return c.id, s.of(c.owner).Rename(s.ctx, c.id, fmt.Sprintf("n%d", s.names))
}

func (s *step) remove() (touched string, err error) {
	i := s.IntN(len(s.conns))
	c := s.conns[i]
	s.conns = slices.Delete(s.conns, i, i+1)
	s.say("delete %s", c.id)
	return c.id, s.of(c.owner).Delete(s.ctx, c.id)
}
