package auth

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// suite signs like the signature test suite that AWS publishes.
func suite() *sigV4 {
	return &sigV4{
		id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: "us-east-1", service: "service",
		at: time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC),
	}
}

const suiteToken = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf" +
	"KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk" +
	"iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

// vector is one case: the signature that AWS publishes for a request.
type vector struct {
	name, method, path, query string
	header                    http.Header
	body                      string
	signed, signature         string
}

const plainSigned = "host;x-amz-date"

func vectors() []vector {
	const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	one := func(values ...string) http.Header { return http.Header{"My-Header1": values} }
	form := func(contentType string) http.Header {
		return http.Header{
			"Content-Type": {contentType}, "Content-Length": {"13"},
			headerAmzHash: {"9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"},
		}
	}
	const withForm = "content-length;content-type;host;x-amz-content-sha256;x-amz-date"
	vanilla := "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	return []vector{
		{name: "get-vanilla", path: "/", signature: vanilla},
		{name: "get-relative-normalized", path: "/example/..", signature: vanilla},
		{name: "get-relative-relative-normalized", path: "/example1/example2/../..", signature: vanilla},
		{name: "get-slash-dot-slash-normalized", path: "/./", signature: vanilla},
		{name: "get-slash-normalized", path: "//", signature: vanilla},
		{
			name: "get-slash-pointless-dot-normalized", path: "/./example",
			signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
		},
		{
			name: "get-slashes-normalized", path: "//example//",
			signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
		},
		{
			name: "get-space-normalized", path: "/example space/",
			signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
		},
		{
			name: "get-unreserved", path: "/" + unreserved,
			signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
		},
		{
			name: "get-utf8", path: "/\u1234",
			signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
		},
		{
			name: "get-vanilla-empty-query-key", path: "/", query: "Param1=value1",
			signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
		},
		{
			name: "get-vanilla-query-order-encoded", path: "/", query: "Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
			signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
		},
		{
			name: "get-vanilla-query-order-key-case", path: "/", query: "Param2=value2&Param1=value1",
			signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
		{
			name: "get-vanilla-query-unreserved", path: "/", query: unreserved + "=" + unreserved,
			signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
		},
		{
			name: "get-vanilla-utf8-query", path: "/", query: "\u1234=bar",
			signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
		},
		{
			name: "get-header-key-duplicate", path: "/", header: one("value2", "value2", "value1"),
			signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
		},
		{
			name: "get-header-value-multiline", path: "/", header: one("value1\n  value2\n     value3"),
			signature: "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
		},
		{
			name: "get-header-value-order", path: "/", header: one("value4", "value1", "value3", "value2"),
			signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
		},
		{
			name: "get-header-value-trim", path: "/", header: http.Header{"My-Header1": {" value1"}, "My-Header2": {` "a   b   c"`}},
			signed:    "host;my-header1;my-header2;x-amz-date",
			signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
		},
		{
			name: "get-vanilla-with-session-token", path: "/",
			header:    http.Header{headerAmzToken: {"6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"}},
			signed:    plainSigned + ";x-amz-security-token",
			signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
		},
		{
			name: "post-vanilla", method: "POST", path: "/",
			signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
		},
		{
			name: "post-vanilla-query", method: "POST", path: "/", query: "Param1=value1",
			signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
		},
		{
			name: "post-header-key-sort", method: "POST", path: "/", header: one("value1"),
			signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
		},
		{
			name: "post-header-value-case", method: "POST", path: "/", header: one("VALUE1"),
			signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
		},
		{
			name: "post-sts-header-before", method: "POST", path: "/", header: http.Header{headerAmzToken: {suiteToken}},
			signed:    plainSigned + ";x-amz-security-token",
			signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
		},
		{
			name: "post-x-www-form-urlencoded", method: "POST", path: "/", body: "Param1=value1",
			header: form("application/x-www-form-urlencoded"), signed: withForm,
			signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
		},
		{
			name: "post-x-www-form-urlencoded-parameters", method: "POST", path: "/", body: "Param1=value1",
			header: form("application/x-www-form-urlencoded; charset=utf-8"), signed: withForm,
			signature: "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
		},
	}
}

// TestSigV4_PublishedVectors signs the cases of the test suite. Its requests have
// paths that are not escaped, so that the rule to escape them twice does not show:
// they are given to the signer as they stand there.
func TestSigV4_PublishedVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			s := suite()
			req := &http.Request{
				Method: v.method, URL: &url.URL{Scheme: "https", Host: "example.amazonaws.com"}, Header: v.header.Clone(),
			}
			if req.Header == nil {
				req.Header = http.Header{}
			}
			if req.Header.Get("My-Header1") != "" && v.signed == "" {
				v.signed = "host;my-header1;x-amz-date"
			}
			if v.signed == "" {
				v.signed = plainSigned
			}
			req.Header.Set(headerAmzDate, s.at.Format(awsTime))
			query, reason := canonicalQuery(v.query)
			require.Empty(t, reason)
			got := s.authorization(req, encodePath(normalizePath(v.path)), query, hashText(v.body))
			assert.Equal(t, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="+
				v.signed+", Signature="+v.signature, got)
		})
	}
}
