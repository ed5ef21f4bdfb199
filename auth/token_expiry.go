package auth

import (
	"strconv"
	"strings"
	"time"
)

// maxLifetime is the longest lifetime that is believed. What claims to be longer
// is a point in time, another unit, or "for ever".
const maxLifetime = 10 * 365 * 24 * time.Hour

// lifetime reads "expires_in" (RFC 6749 section 5.1), as a number or a string of
// one. 0 means that nothing is known: there is none, or it is zero or less, which
// some servers write for "never" and which, taken at its word, would refresh at
// every use. The API's 401 then tells.
func lifetime(s string, unit ExpiryUnit) time.Duration {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789.eE+-") != "" || len(s) > 32 { // ParseFloat takes 0x10, 1_0 and Inf, too
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	if unit == ExpiryMilliseconds {
		n /= 1000
	}
	if n <= 0 || n > maxLifetime.Seconds() {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
