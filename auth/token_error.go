package auth

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// Errors of the token client, each inside a *TokenError. None of them, nor what
// wraps them, contains a secret, a query or the body of a reply.
var (
	// ErrInvalidGrant says that the authorization code, the refresh token or the
	// assertion is worth nothing any more: a person must agree again. It wraps
	// fs.ErrPermission. RFC 6749 section 5.2, and the names that some providers have
	// for it.
	ErrInvalidGrant error = &sentinel{"the grant is invalid, expired or revoked", fs.ErrPermission}
	// ErrInvalidClient says that the server does not accept the App: its id, its
	// secret or key, or the kind of grant. Asking people again does not help. It
	// wraps fs.ErrPermission. RFC 6749 section 5.2.
	ErrInvalidClient error = &sentinel{"the client is not accepted", fs.ErrPermission}
	// ErrAccessDenied says that the person, or the server for them, refused. It
	// wraps fs.ErrPermission. RFC 6749 section 4.1.2.1, RFC 8628 section 3.5.
	ErrAccessDenied error = &sentinel{"access was denied", fs.ErrPermission}
	// ErrAuthorizationPending says that the person has not finished yet; it also
	// stands for slow_down. RFC 8628 section 3.5.
	ErrAuthorizationPending error = &sentinel{"the authorization is still pending", nil}
	// ErrExpired says that the time for an authorization has run out: begin a
	// new one. RFC 8628 section 3.5.
	ErrExpired error = &sentinel{"the authorization has expired", nil}
	// ErrTransient says that the same may succeed later: no connection, no answer in
	// time, 408, 429 or a status from 500.
	ErrTransient error = &sentinel{"the server cannot answer now", nil}
	// ErrBadReply says that an answer could not be understood. It wraps
	// fs.ErrInvalid.
	ErrBadReply error = &sentinel{"the reply cannot be understood", fs.ErrInvalid}
	// ErrRedirected says that the server pointed elsewhere; nothing was sent there
	// (C11).
	ErrRedirected error = &sentinel{"the endpoint redirects", nil}
	// ErrBadCallback refuses what came to the redirect URI: it is not what a server
	// sends, or belongs to another authorization. It wraps fs.ErrInvalid.
	ErrBadCallback error = &sentinel{"the callback is refused", fs.ErrInvalid}
	// ErrNoRefreshToken says that there is nothing to refresh with. It wraps
	// fs.ErrNotExist.
	ErrNoRefreshToken error = &sentinel{"there is no refresh token", fs.ErrNotExist}
)

// Outcome says what is known of a request that failed. The zero value is
// OutcomeUnknown.
type Outcome int

// The outcomes.
const (
	// OutcomeUnknown: the request may have been carried out and the answer is
	// lost. A refresh token that rotates may be spent.
	OutcomeUnknown Outcome = iota
	// OutcomeRefused: the server answered, and issued nothing.
	OutcomeRefused
	// OutcomeNotSent: not one byte of the request left this machine. It can be
	// sent again.
	OutcomeNotSent
)

// String returns "unknown", "refused" or "not sent".
func (o Outcome) String() string {
	switch o {
	case OutcomeRefused:
		return "refused"
	case OutcomeNotSent:
		return "not sent"
	case OutcomeUnknown:
	}
	return "unknown"
}

// TokenError is what every call to an authorization server fails with.
//
// Two questions have separate answers. What to do about it: errors.Is with one of
// the errors above. Whether it was carried out: Outcome. No call is ever repeated
// by this package (C11); whoever repeats a refresh looks at Outcome first.
type TokenError struct {
	Op       string // what was tried, such as "refresh"
	Endpoint string // scheme, host and path; empty when none was asked
	Outcome  Outcome
	Status   int // of the answer; 0 without one
	// Code is the error code that the server gave (RFC 6749 section 5.2), empty when
	// it gave none. It is at most 64 visible characters.
	Code string
	// Description is what the server adds for developers, at most 300 bytes on one
	// line. Words that contain a part of a secret which was sent or received are
	// masked.
	Description string
	// RetryAfter is how long the server asks to wait (RFC 9110 section 10.2.3), at
	// most a day; 0 when it does not.
	RetryAfter time.Duration
	// Err is one of the errors above, or wraps one, or is a cause such as
	// context.Canceled. It is nil when the server refused for a reason that has no
	// such error.
	Err error
}

// Error says everything on one line.
func (e *TokenError) Error() string {
	var b strings.Builder
	b.WriteString("auth: " + e.Op)
	if e.Endpoint != "" {
		b.WriteString(" at " + e.Endpoint)
	}
	switch {
	case e.Code != "":
		b.WriteString(": " + e.Code)
	case e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	default:
		b.WriteString(": refused")
	}
	if e.Description != "" {
		b.WriteString(": " + e.Description)
	}
	if e.Status != 0 {
		b.WriteString(strings.TrimSuffix(fmt.Sprintf(" (status %d %s", e.Status, http.StatusText(e.Status)), " ") + ")")
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *TokenError) Unwrap() error { return e.Err }

// becauseError is a cause and the error that says what it means.
type becauseError struct {
	kind  error
	cause error
}

// because returns an error that is both kind and cause, and reads as cause.
func because(kind, cause error) error { return &becauseError{kind, cause} }

func (b *becauseError) Error() string   { return b.cause.Error() }
func (b *becauseError) Unwrap() []error { return []error{b.kind, b.cause} }
