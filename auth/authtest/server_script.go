package authtest

import (
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Step is what happens to one request beside, or instead of, the usual. The zero
// value is the usual.
type Step struct {
	prevent func(w http.ResponseWriter, r *http.Request)            // in place of processing
	alter   func(w http.ResponseWriter, r *http.Request, a *answer) // in place of the answer
	edit    func(a *answer)
	wait    func(r *http.Request)
}

// Usual changes nothing.
func Usual() Step { return Step{} }

// Reply answers with this and carries nothing out. header may be nil.
func Reply(status int, header http.Header, body string) Step {
	return Step{prevent: func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have gone
	}}
}

// Refuse answers with an OAuth error (RFC 6749 section 5.2) and carries nothing
// out.
func Refuse(status int, code, description string) Step {
	refusal := refused(code, description)
	return Reply(status, http.Header{"Content-Type": {"application/json"}}, refusal.text())
}

// Redirect answers with a redirect, such as 307, and carries nothing out.
func Redirect(status int, to string) Step {
	return Reply(status, http.Header{"Location": {to}}, "")
}

// DropBefore closes the connection and carries nothing out.
func DropBefore() Step {
	return Step{prevent: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
}

// DropAfter carries the request out and closes the connection: the answer is lost.
func DropAfter() Step {
	return Step{alter: func(http.ResponseWriter, *http.Request, *answer) { panic(http.ErrAbortHandler) }}
}

// Cut carries the request out and closes the connection in the middle of the
// answer.
func Cut() Step {
	return Step{alter: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		body := a.text()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body[:len(body)/2]) // the client may have gone
		panic(http.ErrAbortHandler)
	}}
}

// Hang carries nothing out and answers nothing until the client gives up.
func Hang() Step {
	return Step{prevent: func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}}
}

// Delay carries the request out after d.
func Delay(d time.Duration) Step {
	return Step{wait: func(r *http.Request) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}}
}

// Hold carries the request out when ready is closed, or the client gives up.
func Hold(ready <-chan struct{}) Step {
	return Step{wait: func(r *http.Request) {
		select {
		case <-ready:
		case <-r.Context().Done():
		}
	}}
}

// Edit carries the request out and lets edit change the members of the answer.
func Edit(edit func(reply map[string]any)) Step {
	return Step{edit: func(a *answer) {
		if a.reply == nil {
			a.reply = map[string]any{}
		}
		edit(a.reply)
	}}
}

// Script lets the next requests to an endpoint happen in these ways, one each,
// after those that are scripted already. Further ones are usual again.
func (s *Server) Script(endpoint string, steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[endpoint] = append(s.script[endpoint], steps...)
}

// take returns the next step of an endpoint.
func (s *Server) take(endpoint string) Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	steps := s.script[endpoint]
	if len(steps) == 0 {
		return Step{}
	}
	s.script[endpoint] = steps[1:]
	return steps[0]
}

// before reports whether the request is done with.
func (step *Step) before(w http.ResponseWriter, r *http.Request) bool {
	if step.wait != nil {
		step.wait(r)
	}
	if step.prevent == nil {
		return false
	}
	step.prevent(w, r)
	return true
}

// after reports whether the answer is given.
func (step *Step) after(w http.ResponseWriter, r *http.Request, a *answer) bool {
	if step.edit != nil {
		step.edit(a)
	}
	if step.alter == nil {
		return false
	}
	step.alter(w, r, a)
	return true
}
