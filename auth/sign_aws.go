package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Names and values of AWS Signature Version 4.
const (
	awsAlgorithm   = "AWS4-HMAC-SHA256"
	awsTime        = "20060102T150405Z"
	awsUnsigned    = "UNSIGNED-PAYLOAD"
	headerAmzDate  = "X-Amz-Date"
	headerAmzHash  = "X-Amz-Content-Sha256"
	headerAmzToken = "X-Amz-Security-Token"
)

// sigV4 is what one AWS Signature Version 4 is made of.
type sigV4 struct {
	id, secret, session string
	region, service     string
	at                  time.Time
}

// placeSigV4 signs the Authorization header. The path and the query are sent
// in the form that was signed.
func placeSigV4(req *http.Request, c *Credentials) string {
	s := &sigV4{
		id: c.value(ValueAccessKeyID), secret: c.value(ValueSecretAccessKey), session: c.value(ValueSessionToken),
		region: c.value(ValueRegion), service: c.value(ValueService), at: time.Now(),
	}
	return s.sign(req)
}

func (s *sigV4) sign(req *http.Request) (reason string) {
	if reason := s.check(); reason != "" {
		return reason
	}
	payload, reason := s.payload(req)
	if reason != "" {
		return reason
	}
	path, reason := sendPath(req.URL)
	if reason != "" {
		return reason
	}
	query, reason := canonicalQuery(req.URL.RawQuery)
	if reason != "" {
		return reason
	}
	req.URL.RawPath, req.URL.RawQuery = path, query
	req.Header.Set(headerAmzDate, s.at.UTC().Format(awsTime))
	if s.session != "" {
		req.Header.Set(headerAmzToken, s.session)
	}
	if s.s3() {
		req.Header.Set(headerAmzHash, payload)
	} else {
		path = encodePath(normalizePath(path))
	}
	req.Header.Set("Authorization", s.authorization(req, path, query, payload))
	return ""
}

// check says what is missing.
func (s *sigV4) check() string {
	switch {
	case s.id == "":
		return "the access key id is missing"
	case s.secret == "":
		return "the secret access key is missing"
	case s.region == "":
		return "the region is missing"
	case s.service == "":
		return "the service is missing"
	case !printable(s.id+s.region+s.service, "/,="):
		return "the access key id, the region or the service is malformed"
	case !printable(s.session, ""):
		return "the session token is not visible ASCII"
	default:
		return ""
	}
}

// s3 reports whether the service has the rules of S3: the path is escaped once and
// never normalized, and the hash of the payload is a header.
func (s *sigV4) s3() bool { return s.service == "s3" || strings.HasPrefix(s.service, "s3-") }

// payload returns the hash of the body: what the caller says it is, or what it
// is. S3 takes a body that nobody has hashed, which TLS then protects.
func (s *sigV4) payload(req *http.Request) (hash, reason string) {
	if said := req.Header.Get(headerAmzHash); said != "" {
		return said, ""
	}
	if s.s3() && !noBody(req) && req.GetBody == nil && req.URL.Scheme == "https" {
		return awsUnsigned, ""
	}
	return hashBody(req)
}

// authorization returns the header's value for a request whose other headers are
// set.
func (s *sigV4) authorization(req *http.Request, path, query, payload string) string {
	day := s.at.UTC().Format("20060102")
	scope := strings.Join([]string{day, s.region, s.service, "aws4_request"}, "/")
	names, headers := canonicalHeaders(req)
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	canonical := strings.Join([]string{method, path, query, headers, names, payload}, "\n")
	toSign := strings.Join([]string{awsAlgorithm, s.at.UTC().Format(awsTime), scope, hashText(canonical)}, "\n")
	key := []byte("AWS4" + s.secret)
	for _, step := range []string{day, s.region, s.service, "aws4_request"} {
		key = hmacSum(key, step)
	}
	return awsAlgorithm + " Credential=" + s.id + "/" + scope +
		", SignedHeaders=" + names + ", Signature=" + hex.EncodeToString(hmacSum(key, toSign))
}

func hmacSum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
