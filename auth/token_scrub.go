package auth

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
)

// Bounds of what a server's words take in an error.
const (
	maxCodeBytes        = 64
	maxDescriptionBytes = 300
)

// scrub makes the words of a server fit to be shown: on one line, bounded, and
// every word masked that has a piece of a secret in it. Servers do quote what
// they were sent.
func scrub(text string, secrets []string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	forms := spellings(secrets)
	words := strings.Fields(clip(text, 16*maxDescriptionBytes))
	for i, word := range words {
		if hasPiece(word, forms) {
			words[i] = Redacted
		}
	}
	return clip(strings.Join(words, " "), maxDescriptionBytes)
}

// scrubCode is scrub for an error code: what does not look like one is left out.
func scrubCode(code string, secrets []string) string {
	if len(code) > maxCodeBytes || !printable(code, `"\<>`) || hasPiece(code, spellings(secrets)) {
		return "(unreadable code)"
	}
	return code
}

// spellings returns the ways in which a server may write the secrets, in lower
// case.
func spellings(secrets []string) []string {
	var forms []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		forms = append(forms, s)
		if escaped := url.QueryEscape(s); escaped != s {
			forms = append(forms, escaped, url.PathEscape(s))
		}
		forms = append(forms, base64.StdEncoding.EncodeToString([]byte(s)))
	}
	for i, form := range forms {
		forms[i] = strings.ToLower(form)
	}
	return forms
}

// pieceBytes is how much of a secret in a row is too much to show.
const pieceBytes = 8

// hasPiece reports whether word contains pieceBytes of a spelling in a row, or a
// whole shorter one, whatever its case.
func hasPiece(word string, spellings []string) bool {
	word = strings.ToLower(word)
	for _, secret := range spellings {
		n := min(pieceBytes, len(secret))
		for i := 0; i+n <= len(word); i++ {
			if strings.Contains(secret, word[i:i+n]) {
				return true
			}
		}
	}
	return false
}

// clip shortens text to n bytes.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}
