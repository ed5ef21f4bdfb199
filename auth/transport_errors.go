package auth

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Errors of a Transport. None of them, nor what wraps them, shows a credential
// or the query of a URL.
var (
	// ErrOwnCredentials refuses a request that brings credentials of its own, or a
	// header or query parameter that the connection's would replace. Neither wins:
	// who calls as whom is the connection's to say. It wraps fs.ErrInvalid.
	ErrOwnCredentials error = &sentinel{"the request brings credentials of its own", fs.ErrInvalid}
	// ErrResponseTooLarge says that a body is longer than
	// TransportOptions.MaxResponseBytes. It wraps fs.ErrInvalid.
	ErrResponseTooLarge error = &sentinel{"the response is too large", fs.ErrInvalid}
)

// HostError says that a host must not be reached through this Transport, or not
// at all. It wraps Err, or fs.ErrPermission when there is none.
type HostError struct {
	Host   string // as written, with its port
	Reason string
	Err    error // such as the guard's refusal of an address (C12); may be nil
}

func (e *HostError) Error() string {
	return "host " + strconv.Quote(e.Host) + " refused: " + e.Reason
}

// Unwrap returns the cause.
func (e *HostError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return fs.ErrPermission
}

// RequestError says that a request is refused as it is written. It wraps
// fs.ErrInvalid.
type RequestError struct{ Reason string }

func (e *RequestError) Error() string { return "request refused: " + e.Reason }

// Unwrap returns fs.ErrInvalid.
func (e *RequestError) Unwrap() error { return fs.ErrInvalid }

// RedirectError says that a redirect was not followed. It wraps Err, or
// fs.ErrPermission when there is none.
type RedirectError struct {
	To     string // scheme, host and path
	Reason string
	Err    error // such as a *HostError; may be nil
}

func (e *RedirectError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("redirect to %s not followed: %v", e.To, e.Err)
	}
	return fmt.Sprintf("redirect to %s not followed: %s", e.To, e.Reason)
}

// Unwrap returns the cause.
func (e *RedirectError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return fs.ErrPermission
}

// outside is the error for a host that no pattern names.
func outside(host string, patterns []HostPattern) *HostError {
	reason := "it is not among the hosts that this connection's credentials may reach"
	if missing := missingParams(patterns); len(missing) > 0 {
		reason += " (entries without effect, because a parameter has no value: " + strings.Join(missing, ", ") + ")"
	}
	return &HostError{Host: clip(host, maxShownHost), Reason: reason}
}

// maxShownHost bounds a host in an error.
const maxShownHost = 300
