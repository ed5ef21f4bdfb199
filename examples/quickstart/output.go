package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/patchbay/patchbay/catalog"
)

// output prints either JSON or text, never both.
type output struct {
	json     *json.Encoder // nil: text
	text     io.Writer     // for people; with JSON, nowhere
	stderr   io.Writer
	progress display
	err      error // the first that printing met
}

func newOutput(asJSON bool, stdout, stderr io.Writer) *output {
	if asJSON {
		out := &output{json: json.NewEncoder(stdout), text: io.Discard, stderr: stderr, progress: newDisplay(stderr)}
		out.json.SetEscapeHTML(false)
		return out
	}
	return &output{text: printer{stdout}, stderr: stderr, progress: newDisplay(stdout)}
}

// tell writes what nobody can do anything about when it cannot be written.
func tell(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// note is for people: with JSON it goes to stderr.
func (o *output) note(format string, args ...any) {
	w := o.text
	if o.json != nil {
		w = o.stderr
	}
	o.keep(fmt.Fprintf(w, format+"\n", args...))
}

func (o *output) printf(format string, args ...any) {
	o.keep(fmt.Fprintf(o.text, format, args...))
}

// object prints one line of JSON.
func (o *output) object(v any) {
	if o.json != nil {
		o.keep(0, o.json.Encode(v))
	}
}

func (o *output) keep(_ int, err error) {
	if o.err == nil && err != nil {
		o.err = fmt.Errorf("output: %w", err)
	}
}

// rows prints the manage view for people.
func (o *output) rows(rows []rowLine) {
	tw := tabwriter.NewWriter(o.text, 0, 0, 2, ' ', 0)
	o.keep(fmt.Fprintln(tw, "  KEY\tNAME\tVERSION\tSTAGE\tTAG\tUPGRADE\tFEED"))
	for _, r := range rows {
		o.keep(fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Key, r.Name, r.Version, r.Stage, r.Tag, r.Upgrade, r.Feed))
	}
	o.keep(0, tw.Flush())
}

// installed prints how an installation ended, and reports whether all is well.
func (o *output) installed(lines []installLine) (ok bool) {
	failed := 0
	for _, line := range lines {
		o.object(map[string]any{"install": line})
		if line.State == catalog.Failed {
			failed++
			o.printf("  failed: %s %s: %s\n", line.Key, line.Version, line.Error)
		}
	}
	o.printf("  %d of %d items failed.\n", failed, len(lines))
	return failed == 0
}

func (o *output) problem(line problemLine) {
	o.object(map[string]any{"problem": line})
	o.printf("  problem: feed %s, %s at %s: %s\n", line.Feed, line.Key, line.Position, line.Reason)
}

func (o *output) feedError(line errorLine) {
	o.object(map[string]any{"error": line})
	tell(o.stderr, "quickstart: feed %s: %s\n", line.Feed, printable(line.Reason))
}

// plan prints a plan for people.
func (o *output) plan(plan *catalog.Plan) []planLine {
	lines := make([]planLine, 0, len(plan.Items))
	for i := range plan.Items {
		it := &plan.Items[i]
		lines = append(lines, newPlanLine(it))
		from := ""
		if it.From != "" {
			from = it.From + " -> "
		}
		o.printf("  plan: %s (%s) %s%s, %s%s, %s\n", it.Name, it.Key, from, it.To, it.Stage, size(it), short(string(it.Digest)))
		for _, b := range it.Breaking {
			o.printf("    breaking in %s: %s", b.Version, b.Message)
			if b.Deadline != "" {
				o.printf(" The old version is supported until %s.", b.Deadline)
			}
			o.printf(" %s\n", b.GuideURL)
		}
		if it.NeedsApproval {
			o.printf("    needs approval: %s\n", strings.Join(slices.Concat(it.Auth, it.Origins), "; "))
		}
	}
	return lines
}

func size(it *catalog.PlanItem) string {
	switch {
	case it.Installed:
		return ", no download"
	case it.Size == 0:
		return ""
	default:
		return fmt.Sprintf(", %d KiB", (it.Size+1023)>>10)
	}
}

// short cuts a digest to what tells people two of them apart.
func short(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }
