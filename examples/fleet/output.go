package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// output prints what happens, as text for people or as one JSON object per line. The
// first error of writing is kept.
type output struct {
	text, objects io.Writer
	err           error

	begun time.Time
	count map[string]map[deed]int // by process
}

func newOutput(w io.Writer, asJSON bool) *output {
	o := &output{begun: time.Now(), count: map[string]map[deed]int{}}
	k := writerFunc(func(b []byte) (int, error) {
		n, err := w.Write(b)
		if o.err == nil {
			o.err = err
		}
		return n, err
	})
	o.text, o.objects = k, io.Discard
	if asJSON {
		o.text, o.objects = io.Discard, k
	}
	return o
}

type writerFunc func(b []byte) (int, error)

// Write implements io.Writer.
func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// said is one line of JSON.
type said struct {
	By    string   `json:"by,omitempty"`
	Says  string   `json:"says,omitempty"`
	Check *verdict `json:"check,omitempty"`
}

func (o *output) object(v any) {
	if err := json.NewEncoder(o.objects).Encode(v); err != nil && o.err == nil {
		o.err = err
	}
}

// say prints what a process is worth a line for.
func (o *output) say(by, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	_, _ = fmt.Fprintf(o.text, "%5.1f s  %-12s %s\n", time.Since(o.begun).Seconds(), by, text)
	o.object(said{By: by, Says: text})
}

// act prints one act: people see the operations, and how often the rest was done.
func (o *output) act(a *act) {
	if o.count[a.By] == nil {
		o.count[a.By] = map[deed]int{}
	}
	o.count[a.By][a.Did]++
	o.object(a)
	if a.Did == started {
		_, _ = fmt.Fprintf(o.text, "%5.1f s  %-12s installs version %s of everything\n", time.Since(o.begun).Seconds(), a.By, a.Version)
	}
}

// acts takes in the acts of the parent.
func (o *output) acts() io.Writer { return o.objects }

// summary prints how often each process did what.
func (o *output) summary() {
	_, _ = fmt.Fprintf(o.text, "\nWhat each process did:\n")
	for _, by := range slices.Sorted(maps.Keys(o.count)) {
		var parts []string
		for _, did := range slices.Sorted(maps.Keys(o.count[by])) {
			if did != opened {
				parts = append(parts, fmt.Sprintf("%s %d", did, o.count[by][did]))
			}
		}
		_, _ = fmt.Fprintf(o.text, "  %-12s %s\n", by, strings.Join(parts, ", "))
	}
}

// check prints what became of one check.
func (o *output) check(v *verdict) {
	state := "ok    "
	if !v.OK {
		state = "BROKEN"
	}
	_, _ = fmt.Fprintf(o.text, "  %s %s: %s\n", state, v.Name, v.Why)
	o.object(said{Check: v})
}
