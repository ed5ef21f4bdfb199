package egress

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"
)

// Error is what every request fails with: the URL, redacted, and why.
type Error struct {
	URL string // scheme, host and path only
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("get %s: %v", e.URL, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// URLError says that a URL is refused as it is written. It wraps
// fs.ErrInvalid.
type URLError struct {
	Reason string
	Scheme string // as written; empty where there is none
}

func (e *URLError) Error() string { return "URL refused: " + e.Reason }

// Unwrap returns fs.ErrInvalid.
func (e *URLError) Unwrap() error { return fs.ErrInvalid }

// AddressError says that a host or an address must not be reached. It wraps
// fs.ErrPermission.
type AddressError struct {
	Host   string // a host as written, or the address that was about to be dialed
	Reason string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("address %q refused: %s", clip(e.Host, 100), e.Reason)
}

// Unwrap returns fs.ErrPermission.
func (e *AddressError) Unwrap() error { return fs.ErrPermission }

// RedirectError says that a redirect was not followed.
type RedirectError struct {
	To     string // redacted
	Reason string
	Err    error // such as an *AddressError; may be nil
}

func (e *RedirectError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("redirect to %s not followed: %v", e.To, e.Err)
	}
	return fmt.Sprintf("redirect to %s not followed: %s", e.To, e.Reason)
}

// Unwrap returns the cause, if there is one.
func (e *RedirectError) Unwrap() error { return e.Err }

// StatusError is an answer other than the expected one. It wraps
// fs.ErrNotExist for 404 and 410 and fs.ErrPermission for 401 and 403.
type StatusError struct {
	Code       int
	RetryAfter time.Duration // what the server asked for; 0 when it did not
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("unexpected status %d", e.Code)
	if t := http.StatusText(e.Code); t != "" {
		text += " " + t
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (retry after %s)", e.RetryAfter)
	}
	return text
}

// Unwrap returns the standard error that comes nearest, or nil.
func (e *StatusError) Unwrap() error {
	switch e.Code {
	case http.StatusNotFound, http.StatusGone:
		return fs.ErrNotExist
	case http.StatusUnauthorized, http.StatusForbidden:
		return fs.ErrPermission
	}
	return nil
}

// TooLargeError says that a body is larger than allowed.
type TooLargeError struct {
	Max  int64 // bytes allowed
	Size int64 // bytes announced; -1 when the server announced none
}

func (e *TooLargeError) Error() string {
	if e.Size >= 0 {
		return fmt.Sprintf("body of %d bytes is larger than the %d allowed", e.Size, e.Max)
	}
	return fmt.Sprintf("body is larger than the %d bytes allowed", e.Max)
}

// TruncatedError says that a body ended early. It wraps io.ErrUnexpectedEOF.
type TruncatedError struct {
	Got  int64 // bytes received
	Want int64 // bytes promised; -1 when the server promised none
}

func (e *TruncatedError) Error() string {
	if e.Want >= 0 {
		return fmt.Sprintf("body ended after %d of %d bytes", e.Got, e.Want)
	}
	return fmt.Sprintf("body cut off after %d bytes", e.Got)
}

// Unwrap returns io.ErrUnexpectedEOF.
func (e *TruncatedError) Unwrap() error { return io.ErrUnexpectedEOF }

// TimeoutError says that the server was too slow. It wraps
// os.ErrDeadlineExceeded; the caller's own deadline shows as
// context.DeadlineExceeded instead.
type TimeoutError struct {
	Phase Phase
	After time.Duration
}

// Phase is what a server was too slow with.
type Phase string

// The phases of a TimeoutError.
const (
	PhaseHeader Phase = "header" // connecting and answering
	PhaseBody   Phase = "body"   // sending enough of the body
	PhaseAll    Phase = "all"    // everything
)

func (e *TimeoutError) Error() string {
	switch e.Phase {
	case PhaseHeader:
		return fmt.Sprintf("no answer within %s", e.After)
	case PhaseBody:
		return fmt.Sprintf("fewer than %d bytes within %s", MinProgress, e.After)
	case PhaseAll:
	}
	return fmt.Sprintf("not complete after %s", e.After)
}

// Timeout returns true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// Unwrap returns os.ErrDeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return os.ErrDeadlineExceeded }

// EncodingError says that the server compressed a body though it was asked
// not to. Bodies are never inflated.
type EncodingError struct {
	Encoding string
}

func (e *EncodingError) Error() string {
	return fmt.Sprintf("content encoding %q though none was asked for", clip(e.Encoding, 60))
}

// ContentTypeError says that the server sent something else than JSON.
type ContentTypeError struct {
	Got string // media type, without parameters
}

func (e *ContentTypeError) Error() string {
	if e.HTML() {
		return "HTML instead of JSON (perhaps a login or error page)"
	}
	return fmt.Sprintf("content type %q instead of JSON", clip(e.Got, 60))
}

// HTML reports whether a web page came.
func (e *ContentTypeError) HTML() bool {
	return e.Got == "text/html" || e.Got == "application/xhtml+xml"
}
