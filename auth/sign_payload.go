package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxFormBytes bounds a form that is part of a signature and so is held in
// memory.
const maxFormBytes = 8 << 20

// noBody reports whether req sends no body.
func noBody(req *http.Request) bool { return req.Body == nil || req.Body == http.NoBody }

// emptyHash is the hash of a body that is not there.
func emptyHash() string { return hashText("") }

func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// hashBody returns the SHA-256 of the body that is going to be sent, or why it
// cannot be known before.
func hashBody(req *http.Request) (hash, reason string) {
	if noBody(req) {
		return emptyHash(), ""
	}
	if req.GetBody == nil {
		return "", "its signature covers the body, which cannot be read twice: set GetBody"
	}
	body, err := req.GetBody()
	if err != nil {
		return "", "the body cannot be read"
	}
	defer body.Close() //nolint:errcheck // it was read
	sum := sha256.New()
	if _, err := io.Copy(sum, body); err != nil {
		return "", "the body cannot be read"
	}
	return hex.EncodeToString(sum.Sum(nil)), ""
}

// formOf returns the form that is going to be sent, nil when the body is none.
func formOf(req *http.Request) (form url.Values, reason string) {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || noBody(req) {
		return nil, ""
	}
	if req.GetBody == nil {
		return nil, "its signature covers the form, which cannot be read twice: set GetBody"
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, "the form cannot be read"
	}
	defer body.Close() //nolint:errcheck // it was read
	data, err := io.ReadAll(io.LimitReader(body, maxFormBytes+1))
	if err != nil {
		return nil, "the form cannot be read"
	}
	if len(data) > maxFormBytes {
		return nil, "the form is too long to be signed"
	}
	if form, err = url.ParseQuery(string(data)); err != nil {
		return nil, "the form is malformed" // the error quotes it
	}
	return form, ""
}
