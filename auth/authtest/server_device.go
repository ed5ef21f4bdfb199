package authtest

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"
)

// device is an authorization of RFC 8628.
type device struct {
	user     string
	scopes   []string
	expires  time.Time
	interval time.Duration
	polled   time.Time // the last poll, or the begin
	approved bool
	denied   bool
	used     bool
}

// deviceAuthorization is the endpoint of RFC 8628 section 3.1.
func (s *Server) deviceAuthorization(in *Request) *answer {
	if no := s.client(in); no != nil {
		return no
	}
	now := s.o.Now()
	value := s.keep("device-" + rand.Text())
	user := rand.Text()[:4] + "-" + rand.Text()[:4]
	s.devices[value] = &device{
		user: user, scopes: s.scopes(in.Form.Get(s.o.ScopeParam)), expires: now.Add(s.o.DeviceTTL),
		interval: s.o.Interval, polled: now,
	}
	return &answer{status: http.StatusOK, reply: map[string]any{
		"device_code": value, "user_code": user, "verification_uri": s.URL + "/activate",
		"verification_uri_complete": s.URL + "/activate?user_code=" + user,
		"expires_in":                int64(s.o.DeviceTTL / time.Second), "interval": int64(s.o.Interval / time.Second),
	}}
}

// poll answers RFC 8628 section 3.5. Who polls too early is told to slow down, and
// has to.
func (s *Server) poll(in *Request) *answer {
	d := s.devices[in.Form.Get("device_code")]
	now := s.o.Now()
	switch {
	case d == nil || d.used:
		return refused("invalid_grant", "unknown device code")
	case !now.Before(d.expires):
		return refused("expired_token", "the device code has expired")
	case d.denied:
		return refused("access_denied", "the person refused")
	case now.Sub(d.polled) < d.interval:
		d.polled = now
		d.interval += 5 * time.Second
		return refused("slow_down", "polled too early")
	}
	d.polled = now
	if !d.approved {
		return refused("authorization_pending", "the person has not finished")
	}
	d.used = true
	return s.issue(s.family(), d.scopes, true)
}

// ApproveDevice plays the person who types the code and agrees.
func (s *Server) ApproveDevice(userCode string) error {
	return s.withDevice(userCode, func(d *device) { d.approved = true })
}

// DenyDevice plays the person who types the code and refuses.
func (s *Server) DenyDevice(userCode string) error {
	return s.withDevice(userCode, func(d *device) { d.denied = true })
}

func (s *Server) withDevice(userCode string, do func(d *device)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.user == userCode {
			do(d)
			return nil
		}
	}
	return errors.New("authtest: unknown user code " + userCode)
}
