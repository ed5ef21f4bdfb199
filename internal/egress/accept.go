package egress

import (
	"mime"
	"net/http"
	"strings"
	"time"
)

// maxValidatorBytes bounds an ETag or Last-Modified worth remembering.
const maxValidatorBytes = 1024

// accept judges the status and header of an answer and bounds its body.
func accept(resp *http.Response, r *Request) (*Response, error) {
	out := &Response{
		Size:         resp.ContentLength,
		ETag:         validator(resp.Header.Get("ETag")),
		LastModified: lastModified(resp.Header),
	}
	if resp.StatusCode == http.StatusNotModified && (r.ETag != "" || r.LastModified != "") {
		out.NotModified, out.Size, out.Body = true, 0, resp.Body
		return out, nil
	}
	if err := checkStatus(resp, r); err != nil {
		return nil, err
	}
	if err := checkEncoding(resp.Header); err != nil {
		return nil, err
	}
	if r.JSON {
		if err := checkJSON(resp.Header.Get("Content-Type")); err != nil {
			return nil, err
		}
	}
	if resp.ContentLength > r.MaxBytes {
		return nil, &TooLargeError{Max: r.MaxBytes, Size: resp.ContentLength}
	}
	out.Body = &bounded{body: resp.Body, limit: r.MaxBytes, want: resp.ContentLength}
	return out, nil
}

func checkStatus(resp *http.Response, r *Request) error {
	if r.from > 0 {
		return continues(resp, r)
	}
	if resp.StatusCode != http.StatusOK {
		return &StatusError{Code: resp.StatusCode, RetryAfter: retryAfter(resp)}
	}
	return nil
}

func checkEncoding(h http.Header) error {
	all := strings.Join(h.Values("Content-Encoding"), ",")
	for coding := range strings.SplitSeq(all, ",") {
		if c := strings.ToLower(strings.TrimSpace(coding)); c != "" && c != "identity" {
			return &EncodingError{Encoding: all}
		}
	}
	return nil
}

// checkJSON refuses what declares itself to be something else than JSON.
func checkJSON(contentType string) error {
	if contentType == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch {
	case media == "application/json", media == "text/json", strings.HasSuffix(media, "+json"),
		media == "text/plain", media == "application/octet-stream", media == "binary/octet-stream":
		return nil
	}
	return &ContentTypeError{Got: media}
}

func validator(s string) string {
	if len(s) > maxValidatorBytes {
		return ""
	}
	return s
}

// lastModified returns a date that tells versions apart: one at least a minute
// before the answer. A younger one may stand for two versions of the same second
// (RFC 9110, 8.8.2.2).
func lastModified(h http.Header) string {
	modified, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return ""
	}
	sent, err := http.ParseTime(h.Get("Date"))
	if err != nil || sent.Sub(modified) < time.Minute {
		return ""
	}
	return validator(h.Get("Last-Modified"))
}
