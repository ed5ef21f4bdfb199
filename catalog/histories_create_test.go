package catalog_test

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

// histConn is a connection as the model knows it.
type histConn struct {
	id     string
	owner  catalog.Principal
	scheme string
	token  string   // the secret parameter
	fixed  []string // by the policy that admitted it
	fresh  bool     // its access token has not expired
}

// byPerson reports whether a person has to agree.
func (c *histConn) byPerson() bool { return c.scheme == "code" || c.scheme == "device" }

// histSession is an authorization under way.
type histSession struct {
	request histRequest
	begun   *catalog.Authorization
	values  []map[string]string // as it may have been judged when it began
	again   *histConn           // nil: a new connection
}

// create makes a connection for which nobody has to agree.
func (s *step) create() (touched string, err error) {
	r := s.request("token", "token", "token", "open", "machine")
	s.say("create: %v", r)
	conn, err := s.of(r.by).Create(s.ctx, r.key, r.scheme, s.asked(r))
	return s.judged(r, nil, conn, err)
}

// judged holds what came of a request against the model: what was made against the policies in
// force at the commit, a refusal also against those before.
func (s *step) judged(r histRequest, begun []map[string]string, conn *catalog.Connection, err error) (touched string, _ error) {
	scheme := s.scheme(r.scheme)
	if err == nil {
		s.say("  made %s by %s@%d", conn.ID, conn.Admitted.Policy, conn.Admitted.Revision)
		want := s.want(s.atCommit(), r)
		if text := want.differs(scheme, r, conn); text != "" {
			return "", fmt.Errorf("the connection %s", text)
		}
		if begun != nil && !slices.ContainsFunc(begun, func(v map[string]string) bool { return maps.Equal(v, want.values) }) {
			return "", fmt.Errorf("made with %v, but it was begun with %v", want.values, begun)
		}
		s.count("made " + r.scheme + " " + string(want.record.Code))
		s.conns = append(s.conns, &histConn{id: conn.ID, owner: r.by, scheme: r.scheme, token: want.values["token"], fixed: want.fixed, fresh: true})
		return conn.ID, nil
	}
	s.say("  %v", err)
	for _, m := range s.states() {
		want := s.want(m, r)
		if want.err == nil && slices.ContainsFunc(begun, func(v map[string]string) bool { return !maps.Equal(v, want.values) }) {
			want.err = catalog.ErrConflict // a preset is another than when it began
		}
		if want.refuses(err) {
			s.count("refused: " + want.err.Error())
			return "", nil
		}
	}
	return "", fmt.Errorf("refused, want %+v", s.want(s.model, r))
}

// begin begins an authorization.
func (s *step) begin() error {
	r := s.request("code", "code", "code", "device")
	s.say("begin: %v", r)
	a, err := s.of(r.by).Begin(s.ctx, r.key, r.scheme, s.asked(r))
	if err != nil {
		_, err = s.judged(r, nil, nil, err)
		return err
	}
	session := &histSession{request: r, begun: a}
	for _, m := range s.states() {
		if want := s.want(m, r); want.err == nil {
			session.values = append(session.values, want.values)
		}
	}
	if session.values == nil {
		return errors.New("begun, but it is to be refused")
	}
	s.begun = append(s.begun, session)
	return nil
}

// finish lets the person agree, whatever the policies have become, and finishes.
func (s *step) finish() (touched string, err error) {
	if len(s.begun) == 0 {
		return "", s.begin()
	}
	i := s.IntN(len(s.begun))
	session := s.begun[i]
	s.begun = slices.Delete(s.begun, i, i+1)
	s.say("finish: %v, again %t", session.request, session.again != nil)
	conn, err := s.agree(session)
	switch again := session.again; {
	case again == nil:
		return s.judged(session.request, session.values, conn, err)
	case !slices.Contains(s.conns, again):
		if !errors.Is(err, catalog.ErrNotFound) {
			return "", fmt.Errorf("a deleted connection authenticated again: %w", err)
		}
		return "", nil
	default:
		s.count("reauthenticated " + again.scheme)
		again.fresh = true
		return again.id, err
	}
}

func (s *step) agree(session *histSession) (*catalog.Connection, error) {
	mine, begun := s.of(session.request.by), session.begun
	if begun.Device != nil {
		if err := s.server.ApproveDevice(begun.Device.UserCode); err != nil {
			return nil, err
		}
		s.pass(begun.Device.Interval)
		return mine.Poll(s.ctx, begun.ID)
	}
	query, err := s.server.Approve(begun.URL)
	if err != nil {
		return nil, err
	}
	sent, err := url.Parse(begun.URL)
	if err != nil {
		return nil, err
	}
	back, err := url.Parse(sent.Query().Get("redirect_uri"))
	if err != nil {
		return nil, err
	}
	back.RawQuery = query
	return mine.Complete(s.ctx, begun.ID, back, browser)
}
