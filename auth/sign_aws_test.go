package auth

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// s3Docs signs like the examples in the reference of Amazon S3.
func s3Docs() *sigV4 {
	return &sigV4{
		id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1", service: "s3",
		at: time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC),
	}
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target, r)
	require.NoError(t, err)
	return req
}

func TestSigV4_DocumentedS3Requests(t *testing.T) {
	t.Parallel()
	const bucket = "https://examplebucket.s3.amazonaws.com"
	for _, c := range []struct {
		method, target, body string
		header               http.Header
		signed, signature    string
	}{
		{
			"GET", bucket + "/test.txt", "", http.Header{"Range": {"bytes=0-9"}}, "host;range;x-amz-content-sha256;x-amz-date",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		{
			"PUT", bucket + "/test$file.text", "Welcome to Amazon S3.",
			http.Header{"Date": {"Fri, 24 May 2013 00:00:00 GMT"}, "X-Amz-Storage-Class": {"REDUCED_REDUNDANCY"}},
			"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
			"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		{
			"GET", bucket + "/?lifecycle", "", http.Header{}, "host;x-amz-content-sha256;x-amz-date",
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		{
			"GET", bucket + "/?prefix=J&max-keys=2", "", http.Header{}, "host;x-amz-content-sha256;x-amz-date",
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	} {
		req := request(t, c.method, c.target, c.body)
		req.Header = c.header
		require.Empty(t, s3Docs().sign(req))
		assert.Equal(t, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders="+
			c.signed+", Signature="+c.signature, req.Header.Get("Authorization"), c.target)
	}
}

func TestSigV4_SendsWhatItSigned(t *testing.T) {
	t.Parallel()
	req := request(t, "GET", "https://db.example.com/a%2Fb/c+d/$x//?b=1+2&a=%7e&a", "")
	s := suite()
	s.session = "session-token"
	require.Empty(t, s.sign(req))
	assert.Equal(t, "/a%2Fb/c%2Bd/%24x//?a=&a=~&b=1%202", req.URL.RequestURI())
	assert.Equal(t, "session-token", req.Header.Get(headerAmzToken))
	assert.Empty(t, req.Header.Get(headerAmzHash), "only S3 wants it")
	got := req.Header.Get("Authorization")
	assert.Equal(t, s.authorization(req, "/a%252Fb/c%252Bd/%2524x/", req.URL.RawQuery, emptyHash()), got, "escaped twice")
	s.service = "s3"
	require.Empty(t, s.sign(req))
	got = req.Header.Get("Authorization")
	assert.Equal(t, s.authorization(req, "/a%2Fb/c%2Bd/%24x//", req.URL.RawQuery, emptyHash()), got, "escaped once")
}

func TestSigV4_Payload(t *testing.T) {
	t.Parallel()
	stream := func(target string) *http.Request {
		req := request(t, "PUT", target, "x")
		req.GetBody = nil
		return req
	}
	req := stream("https://examplebucket.s3.amazonaws.com/x")
	require.Empty(t, s3Docs().sign(req))
	assert.Equal(t, awsUnsigned, req.Header.Get(headerAmzHash))
	assert.Contains(t, s3Docs().sign(stream("http://examplebucket.s3.amazonaws.com/x")), "set GetBody", "without TLS nothing protects it")
	assert.Contains(t, suite().sign(stream("https://db.example.com/x")), "set GetBody")

	req = request(t, "PUT", "https://examplebucket.s3.amazonaws.com/x", "x")
	req.Header.Set(headerAmzHash, awsUnsigned)
	require.Empty(t, s3Docs().sign(req))
	assert.Equal(t, awsUnsigned, req.Header.Get(headerAmzHash), "the caller may say what it is")

	req = request(t, "PUT", "https://db.example.com/x", "x")
	req.GetBody = func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }
	assert.Contains(t, suite().sign(req), "cannot be read")
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(iotestErr{}), nil }
	assert.Contains(t, suite().sign(req), "cannot be read")
}

// iotestErr is a body that cannot be read.
type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSigV4_Refusals(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*sigV4){
		"access key id is missing":     func(s *sigV4) { s.id = "" },
		"secret access key is missing": func(s *sigV4) { s.secret = "" },
		"region is missing":            func(s *sigV4) { s.region = "" },
		"service is missing":           func(s *sigV4) { s.service = "" },
		"malformed":                    func(s *sigV4) { s.region = "us-east-1/x" },
		"session token":                func(s *sigV4) { s.session = "a\nb" },
	} {
		s := suite()
		change(s)
		assert.Contains(t, s.sign(request(t, "GET", "https://db.example.com/", "")), want)
	}
	assert.Contains(t, suite().sign(request(t, "GET", "https://db.example.com/?a=%zz", "")), "query is malformed")
}
