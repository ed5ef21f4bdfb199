package authtest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
)

// answer is what a Server says.
type answer struct {
	status int
	header http.Header
	reply  map[string]any // nil: no body
}

func (a *answer) text() string {
	if a.reply == nil {
		return ""
	}
	text, err := json.Marshal(a.reply)
	if err != nil {
		return err.Error() // an Edit put in what has no JSON
	}
	return string(text)
}

func (a *answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.reply != nil {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store") // RFC 6749 section 5.1
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.text()) // the client may have gone
}

// refused is an error of RFC 6749 section 5.2.
func refused(code, description string) *answer {
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &answer{status: status, reply: map[string]any{"error": code, "error_description": description}}
}
