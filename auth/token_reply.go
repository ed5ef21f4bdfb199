package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// maxReplyMembers bounds one object or array of a reply.
const maxReplyMembers = 1024

// readReply reads the body of a reply: a JSON object whatever its label, or a
// form where the label does not say otherwise (some providers answer in the
// encoding of the request). It does not choose between two members of one
// name, nor look past the end of the object: who sends such has been tampered with
// or is not understood.
//
// The errors are constant texts: a body may hold anything.
func readReply(body []byte, contentType string) (jsonObject, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // RFC 8259 section 8.1 lets us
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return nil, errors.New("it is empty")
	case body[0] == '{':
		return readObject(body)
	case body[0] == '<':
		return nil, errors.New("it is HTML or XML (perhaps a login or error page)")
	}
	media, _, _ := mime.ParseMediaType(contentType) // empty when it is broken
	switch media {
	case "application/x-www-form-urlencoded", "text/plain", "":
		return readForm(string(body))
	default:
		return nil, errors.New("it is no JSON object")
	}
}

func readObject(body []byte) (jsonObject, error) {
	var m jsonObject
	faults := strictjson.Decode(body, &m, &strictjson.Options{MaxItems: maxReplyMembers})
	if len(faults) == 0 {
		return m, nil
	}
	at := strconv.Itoa(faults[0].Offset)
	if faults[len(faults)-1].Fatal {
		return nil, errors.New("it is not one valid JSON object (byte " + at + ")")
	}
	return nil, errors.New("its JSON has doubled members, bad text or too much depth (byte " + at + ")")
}

// readForm reads application/x-www-form-urlencoded.
func readForm(body string) (jsonObject, error) {
	if !printable(body, "") || !strings.Contains(body, "=") {
		return nil, errors.New("it is neither JSON nor a form")
	}
	values, err := url.ParseQuery(body)
	if err != nil { // it quotes the body
		return nil, errors.New("it is neither JSON nor a form")
	}
	m := make(jsonObject, len(values))
	for name, all := range values {
		if len(all) > 1 {
			return nil, errors.New("its form has doubled members")
		}
		raw, err := json.Marshal(all[0])
		if err != nil {
			return nil, errors.New("it is neither JSON nor a form")
		}
		m[name] = raw
	}
	return m, nil
}

// problem returns what a reply says went wrong: the code and the words of RFC
// 6749 section 5.2, also where "error" is an object or "ok" is false.
func (m jsonObject) problem() (code, description string, failed bool) {
	description = m.text("error_description")
	if o := m.object("error"); o != nil {
		for _, name := range []string{"code", "error", "type", "status"} {
			if code == "" {
				code = o.text(name)
			}
		}
		if code == "" {
			code = o.scalar("code")
		}
		if description == "" {
			description = o.text("message")
		}
		return code, description, true
	}
	if code = m.scalar("error"); code == "false" || code == "0" {
		code = ""
	}
	if description == "" {
		description = m.text("message")
	}
	return code, description, code != "" || m.is("error", '[') || string(m["ok"]) == "false"
}
