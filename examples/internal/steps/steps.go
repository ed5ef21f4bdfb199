// Package steps lets an example show itself as numbered steps, each of which
// checks what it shows: as text for people, or as one line of JSON per step for
// programs. The first step that does not hold ends it.
package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Step is one step of an example.
type Step struct {
	Name string // one word, for programs
	Says string // a sentence, for people
	Do   func(ctx context.Context, r *Result) error
}

// Result is what a step shows. With JSON it is printed when the step has ended.
type Result struct {
	Step  string         `json:"step"`
	OK    bool           `json:"ok"`
	Error string         `json:"error,omitempty"`
	Facts map[string]any `json:"facts,omitempty"`

	text io.Writer
}

// Say prints a line for people.
func (r *Result) Say(format string, args ...any) {
	line := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n  ")
	_, _ = io.WriteString(r.text, printable("  "+line+"\n")) // Walk sees a broken output
}

// Fact notes something for programs.
func (r *Result) Fact(name string, value any) {
	if r.Facts == nil {
		r.Facts = map[string]any{}
	}
	r.Facts[name] = value
}

// Refused shows an error that the step expects.
func (r *Result) Refused(err error) {
	if err == nil {
		return
	}
	r.Say("refused: %v", err)
	refused, _ := r.Facts["refused"].([]string)
	r.Fact("refused", append(refused, err.Error()))
}

// Walk goes through steps and prints them to w, as JSON or as text, up to the
// first that fails. The error says which that is, or that w cannot be written to.
func Walk(ctx context.Context, w io.Writer, asJSON bool, all []Step) error {
	out := &keeper{w: w}
	text, objects := io.Writer(out), io.Discard
	if asJSON {
		text, objects = objects, text
	}
	encoder := json.NewEncoder(objects)
	encoder.SetEscapeHTML(false)
	for i, s := range all {
		r := &Result{Step: s.Name, text: text}
		_, _ = fmt.Fprintf(text, "\n%d. %s: %s\n", i+1, s.Name, s.Says)
		failed := s.Do(ctx, r)
		if r.OK = failed == nil; !r.OK {
			r.Error = failed.Error()
		}
		if err := encoder.Encode(r); err != nil {
			return fmt.Errorf("step %s: %w", s.Name, err)
		}
		if failed != nil {
			return fmt.Errorf("step %s: %w", s.Name, failed)
		}
		if out.err != nil {
			return fmt.Errorf("output: %w", out.err)
		}
	}
	return nil
}

// Must fails a step when what it shows is not what it claims.
func Must(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf("does not hold: "+format, args...)
}

// keeper keeps the first error of a writer.
type keeper struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (k *keeper) Write(b []byte) (int, error) {
	n, err := k.w.Write(b)
	if k.err == nil {
		k.err = err
	}
	return n, err
}

// printable leaves out control characters: messages come from servers and
// packages, and a terminal would obey what they contain.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '?'
		}
		return r
	}, s)
}
