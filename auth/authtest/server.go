package authtest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The endpoints of a Server, as Script, Count and Requests know them.
const (
	Authorize = "authorize"
	Token     = "token"
	Device    = "device"
	Revoke    = "revoke"
	Metadata  = "metadata"
	API       = "api" // at URL + "/api" and below: a protected resource: 200 for a live access token, 401 otherwise
)

// Server is a scripted authorization server: authorization code with PKCE, refresh
// with rotation, client credentials, device, JWT bearer, revocation and
// metadata. A test chooses its habits (ServerOptions), what goes wrong (Script),
// plays the person (Approve, ApproveDevice), and asks what came (Requests,
// Count).
//
// As made by NewServer it is in memory: Transport reaches it at URL without a
// network, also inside a synctest bubble. Start makes it listen. It is safe for
// concurrent use.
type Server struct {
	// URL is the issuer, and the start of every endpoint:
	// "https://login.example.com" until Start.
	URL string

	o      ServerOptions
	mu     sync.Mutex
	script map[string][]Step
	log    []Request
	secret []string

	codes    map[string]*code
	refresh  map[string]*refresh
	access   map[string]*access
	devices  map[string]*device // by device code
	jtis     map[string]bool
	reused   int
	families int
}

// NewServer returns a Server in memory. o may be nil.
func NewServer(o *ServerOptions) *Server {
	s := &Server{
		URL:    "https://login.example.com",
		script: map[string][]Step{}, codes: map[string]*code{}, refresh: map[string]*refresh{},
		access: map[string]*access{}, devices: map[string]*device{}, jtis: map[string]bool{},
	}
	if o != nil {
		s.o = *o
	}
	s.o.complete()
	s.secret = append(s.secret, s.o.ClientSecret)
	return s
}

// Start makes the server listen on loopback, over plain HTTP, until the test ends, and
// sets URL. It returns the server. A client needs AllowHTTP and AllowPrivate.
func (s *Server) Start(tb testing.TB) *Server {
	tb.Helper()
	web := httptest.NewServer(s)
	tb.Cleanup(web.Close)
	s.URL = web.URL
	return s
}

// Secrets returns every secret that the server knows, issued or received: what must
// turn up nowhere.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.secret), func(x string) bool { return x == "" })
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	endpoint, in := s.receive(r)
	step := s.take(endpoint)
	if step.before(w, r) {
		return
	}
	answer := s.process(endpoint, in)
	if step.after(w, r, answer) {
		return
	}
	answer.write(w)
}

// process carries a request out.
func (s *Server) process(endpoint string, in *Request) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch endpoint {
	case Authorize:
		return s.authorize(in)
	case Token:
		return s.token(in)
	case Device:
		return s.deviceAuthorization(in)
	case Revoke:
		return s.revoke(in)
	case Metadata:
		return s.metadata(in)
	case API:
		return s.api(in)
	default:
		return &answer{status: http.StatusNotFound}
	}
}

// endpointOf names the endpoint behind a path.
func endpointOf(path string) string {
	if strings.Contains(path, "/.well-known/") {
		return Metadata
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return path
}
