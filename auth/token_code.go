package auth

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// meaning returns the error that a code stands for, or nil. Beside the codes of
// the RFCs it knows those by which large providers say the same, because an
// unknown code must never be taken for a dead grant.
func meaning(code string) error {
	switch code {
	case "invalid_grant", // RFC 6749 section 5.2
		"interaction_required", "login_required", "consent_required", // OpenID Connect Core section 3.1.2.6, at token endpoints too
		"bad_refresh_token", "bad_verification_code", "incorrect_device_code", // GitHub
		"invalid_refresh_token", "token_revoked", "token_expired", "invalid_code", "code_already_used": // Slack
		return ErrInvalidGrant
	case "invalid_client", "unauthorized_client", // RFC 6749 section 5.2
		"incorrect_client_credentials",                       // GitHub
		"invalid_client_id", "bad_client_secret", "bad_auth": // Slack
		return ErrInvalidClient
	case "access_denied", // RFC 6749 section 4.1.2.1
		"authorization_declined": // Microsoft
		return ErrAccessDenied
	case "authorization_pending", "slow_down": // RFC 8628 section 3.5
		return ErrAuthorizationPending
	case "expired_token": // RFC 8628 section 3.5
		return ErrExpired
	case "server_error", "temporarily_unavailable", // RFC 6749 section 4.1.2.1, at token endpoints too
		"ratelimited", "internal_error", "service_unavailable", "request_timeout": // Slack
		return ErrTransient
	default:
		return nil
	}
}

// passing reports whether a status says that a later attempt may succeed. It
// counts more than any code beside it: a gateway in trouble must not cost anyone
// their connection.
func passing(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// outcome returns what a status without a token says about what was done.
func outcome(status int) Outcome {
	if status >= 500 || status == http.StatusRequestTimeout {
		return OutcomeUnknown // a gateway may have lost the answer
	}
	return OutcomeRefused
}

// maxRetryAfter bounds what a server may ask for.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header of RFC 9110 section 10.2.3, or returns 0.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 63); err == nil {
		if n > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
