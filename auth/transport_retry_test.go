package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flaky fails n times and then answers 200; how says what failing is.
type flaky struct {
	n, sent int
	bodies  []string
	how     failure
}

func (f *flaky) RoundTrip(req *http.Request) (*http.Response, error) {
	f.sent++
	body := ""
	if req.Body != nil {
		data, _ := io.ReadAll(req.Body)
		_ = req.Body.Close()
		body = string(data)
	}
	f.bodies = append(f.bodies, body)
	switch {
	case f.sent > f.n:
		return reply(200, nil), nil
	case f.how.err != nil:
		return nil, f.how.err
	case f.how.after != "":
		return reply(f.how.status, http.Header{"Retry-After": {f.how.after}}), nil
	default:
		return reply(f.how.status, nil), nil
	}
}

// failure is an error or a status.
type failure struct {
	err    error
	status int
	after  string // Retry-After
}

// lost is a connection that broke.
var lost = failure{err: io.ErrUnexpectedEOF}

func status(code int, after string) failure { return failure{status: code, after: after} }

func retrying(t *testing.T, f *flaky) *Transport {
	t.Helper()
	return NewTransport(&TransportOptions{
		Scheme: bearer, Source: StaticSource(numbered(1)), Hosts: hosts(t, "api.example.com"), Base: f,
	})
}

// TestC10_RetriesOnlyWhatIsIdempotent is the table of RFC 9110 section 9.2.2.
func TestC10_RetriesOnlyWhatIsIdempotent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, key, body string
		stream            bool
		how               failure
		sent              int
	}{
		{method: "", how: lost, sent: 3},
		{method: "GET", how: lost, sent: 3},
		{method: "HEAD", how: lost, sent: 3},
		{method: "OPTIONS", how: lost, sent: 3},
		{method: "PUT", body: "data", how: lost, sent: 3},
		{method: "DELETE", how: lost, sent: 3},
		{method: "PUT", body: "data", stream: true, how: lost, sent: 1},
		{method: "POST", body: "data", how: lost, sent: 1},
		{method: "POST", how: lost, sent: 1},
		{method: "PATCH", body: "data", how: lost, sent: 1},
		{method: "PROPFIND", how: lost, sent: 1},
		{method: "POST", key: "Idempotency-Key", body: "data", how: lost, sent: 3},
		{method: "PATCH", key: "X-Idempotency-Key", body: "data", how: lost, sent: 3},
		{method: "POST", key: "Idempotency-Key", body: "data", stream: true, how: lost, sent: 1},
		{method: "GET", how: status(429, ""), sent: 3},
		{method: "GET", how: status(502, ""), sent: 3},
		{method: "GET", how: status(503, "2"), sent: 3},
		{method: "GET", how: status(504, ""), sent: 3},
		{method: "POST", how: status(503, "1"), sent: 1},
		{method: "GET", how: status(500, ""), sent: 1},
		{method: "GET", how: status(501, ""), sent: 1},
		{method: "GET", how: status(404, ""), sent: 1},
		{method: "GET", how: status(503, "31"), sent: 1}, // longer than MaxRetryWait
		{method: "GET", how: status(503, "999999999999999"), sent: 1},
		{method: "GET", how: failure{err: &tls.CertificateVerificationError{Err: errors.New("x")}}, sent: 1},
		{method: "GET", how: failure{err: context.Canceled}, sent: 1},
		{method: "GET", how: failure{err: context.DeadlineExceeded}, sent: 1},
		{method: "GET", how: failure{err: &HostError{}}, sent: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &flaky{n: 9, how: c.how}
			req := request(t, "GET", home, c.body)
			req.Method = c.method
			if c.stream {
				req.GetBody = nil
			}
			if c.key != "" {
				req.Header.Set(c.key, "k")
			}
			_, err := do(retrying(t, f).RoundTrip, req)
			if c.how.err != nil {
				require.ErrorContains(t, err, c.how.err.Error())
			}
			assert.Equal(t, c.sent, f.sent, "%+v", c)
			for _, body := range f.bodies {
				assert.Equal(t, c.body, body)
			}
		})
	}
}
