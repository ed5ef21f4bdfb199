package oidcserver

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/patchbay/patchbay/internal/integration/browser"
)

// protocol hands a request to the provider, and counts what is asked for tokens.
func (s *Server) protocol(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == s.provider.TokenEndpoint().Relative() {
		grantType := r.PostFormValue("grant_type")
		s.mu.Lock()
		s.counts.Token[grantType]++
		s.mu.Unlock()
	}
	s.provider.ServeHTTP(w, r)
}

// page asks the person to decide. The answer goes to the page's own address.
func page(w http.ResponseWriter, _ *http.Request) {
	const form = `<!doctype html><title>Agree?</title><form method="post">
<button name="` + browser.Field + `" value="` + browser.Allow + `">Allow</button>
<button name="` + browser.Field + `" value="` + browser.Deny + `">Deny</button></form>`
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := io.WriteString(w, form); err != nil {
		return // the browser has gone
	}
}

// login takes the decision on an authorization in a browser.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	a, err := s.store.request(id)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.PostFormValue(browser.Field) != browser.Allow {
		op.AuthRequestError(w, r, a, oidc.ErrAccessDenied(), s.provider)
		return
	}
	s.store.agree(id, Person)
	back := op.AuthCallbackURL(s.provider)
	http.Redirect(w, r, back(op.ContextWithIssuer(r.Context(), s.URL()), id), http.StatusSeeOther)
}

// device takes the decision on an authorization on a device.
func (s *Server) device(w http.ResponseWriter, r *http.Request) {
	agrees := r.PostFormValue(browser.Field) == browser.Allow
	if err := s.store.decide(r.URL.Query().Get("user_code"), Person, agrees); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// Account is what the API answers.
type Account struct {
	Subject string   `json:"subject"` // who the token stands for
	Client  string   `json:"client"`  // which app it was issued to
	Scopes  []string `json:"scopes"`
}

// api answers who an access token stands for (RFC 6750).
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	t := s.bearer(r)
	s.mu.Lock()
	if t == nil {
		s.counts.Denied++
	} else {
		s.counts.API++
	}
	s.mu.Unlock()
	if t == nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "the access token is not live", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	account := Account{t.grant.subject, t.grant.client, slices.Sorted(slices.Values(t.scopes))}
	if err := json.NewEncoder(w).Encode(account); err != nil {
		return // the client has gone
	}
}

// bearer returns the live access token of a request, or nil.
func (s *Server) bearer(r *http.Request) *accessToken {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil
	}
	plain, err := s.provider.Crypto().Decrypt(token)
	if err != nil {
		return nil
	}
	id, _, _ := strings.Cut(plain, ":")
	t, err := s.store.live(id)
	if err != nil {
		return nil
	}
	return t
}
