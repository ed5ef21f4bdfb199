package auth

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenErrorText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*TokenError{
		"auth: refresh at https://a.example.com/token: invalid_grant: gone (status 400 Bad Request)": {
			Op: "refresh", Endpoint: "https://a.example.com/token", Code: "invalid_grant", Description: "gone", Status: 400, Err: ErrInvalidGrant,
		},
		"auth: refresh: the server cannot answer now (status 599), retry after 3s": {Op: "refresh", Status: 599, Err: ErrTransient, RetryAfter: 3 * time.Second},
		"auth: refresh: refused (status 418 I'm a teapot)":                         {Op: "refresh", Status: 418},
		"auth: refresh: no": {Op: "refresh", Err: because(ErrBadReply, errors.New("no"))},
	} {
		assert.Equal(t, want, e.Error())
	}
	err := error(&TokenError{Err: because(ErrBadReply, fs.ErrClosed)})
	for _, target := range []error{ErrBadReply, fs.ErrInvalid, fs.ErrClosed} {
		require.ErrorIs(t, err, target)
	}
	assert.Equal(t, []string{"unknown", "refused", "not sent", "unknown"},
		[]string{Outcome(0).String(), OutcomeRefused.String(), OutcomeNotSent.String(), Outcome(9).String()})
}

func TestMeaningOfCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"invalid_grant": ErrInvalidGrant, "token_revoked": ErrInvalidGrant, "invalid_client": ErrInvalidClient, "bad_client_secret": ErrInvalidClient,
		"authorization_declined": ErrAccessDenied, "slow_down": ErrAuthorizationPending, "authorization_pending": ErrAuthorizationPending,
		"expired_token": ErrExpired, "ratelimited": ErrTransient, "invalid_request": nil, "invalid_scope": nil, "INVALID_GRANT": nil, "": nil,
	} {
		assert.Equal(t, want, meaning(code), code)
	}
}

func TestScrub(t *testing.T) {
	t.Parallel()
	secrets := []string{"", "Tr0ub4dor&3-canary", "abc"}
	for in, want := range map[string]string{
		"":                                     "",
		"all is well":                          "all is well",
		"a\x00b\nc\u2028 \xffd":                "a b c d",
		"it is Tr0ub4dor&3-canary!":            "it is [redacted]",
		"it is tr0UB4DOR cut":                  "it is [redacted] cut",
		"it is r&3-cana":                       "it is [redacted]",
		"it is Tr0ub4dor%263-canary":           "it is [redacted]",
		"it is &3-cana":                        "it is &3-cana", // seven bytes tell little
		"base64 VHIwdWI0ZG9yJjMtY2FuYXJ5 here": "base64 [redacted] here",
		"xabcx short ones whole":               "[redacted] short ones whole",
		"ab":                                   "ab",
		strings.Repeat("word ", 100):           clip(strings.TrimSpace(strings.Repeat("word ", 100)), maxDescriptionBytes),
		strings.Repeat("ä", 400):               strings.Repeat("ä", 150) + "…",
		strings.Repeat(" ", 5000) + "abc" + "too late": "…",
	} {
		assert.Equal(t, want, scrub(in, secrets), "%q", in)
	}
	for in, want := range map[string]string{
		"invalid_grant": "invalid_grant", "190": "190", "a b": "(unreadable code)", "<b>": "(unreadable code)",
		strings.Repeat("x", 65): "(unreadable code)", "Tr0ub4dor": "(unreadable code)", "é": "(unreadable code)",
	} {
		assert.Equal(t, want, scrubCode(in, secrets), in)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "\t7": 7 * time.Second, "-1": 0, "1.5": 0, "soon": 0, "99999999999999999999": 0,
		"9223372036854775807": maxRetryAfter, now.Add(time.Minute).Format(http.TimeFormat): time.Minute,
		now.Add(-time.Minute).Format(http.TimeFormat): 0, now.Add(48 * time.Hour).Format(http.TimeFormat): maxRetryAfter,
	} {
		assert.Equal(t, want, retryAfter(http.Header{"Retry-After": {in}}, now), in)
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"1": time.Second, "0.5": 500 * time.Millisecond, "+5": 5 * time.Second, "315360000": maxLifetime, "315360001": 0, "--1": 0, "e": 0,
		"1_0": 0, "NaN": 0, "0x1p4": 0, strings.Repeat("1", 33): 0, "00060": time.Minute, "1e-300": 0,
	} {
		assert.Equal(t, want, lifetime(in, ExpirySeconds), in)
	}
	assert.Equal(t, time.Second, lifetime("1000", ExpiryMilliseconds))
	assert.Equal(t, maxLifetime, lifetime("315360000000", ExpiryMilliseconds))
}
