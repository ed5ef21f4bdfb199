package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// display shows how an operation goes on.
type display interface {
	show(st catalog.ItemStatus)
	end()
}

func newDisplay(w io.Writer) display {
	if isTerminal(w) {
		return &bars{w: w}
	}
	return &lines{w: w}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// follow shows an operation until it ends.
func follow(ctx context.Context, op *catalog.Operation, d display) (*catalog.OperationStatus, error) {
	for st, err := range op.Progress(ctx) {
		if err != nil {
			return nil, err
		}
		d.show(st)
	}
	d.end()
	return op.Status(ctx)
}

// manyItems is from how many items on only ends are worth a line each.
const manyItems = 25

// lines prints one line whenever an item comes to another state.
type lines struct {
	w    io.Writer
	last map[int]catalog.ItemState // grows to all items before anything changes
}

func (l *lines) show(st catalog.ItemStatus) {
	if l.last == nil {
		l.last = map[int]catalog.ItemState{}
	}
	was := l.last[st.Index]
	l.last[st.Index] = st.State
	if st.State != was && st.State != catalog.Queued && (st.State.Final() || len(l.last) < manyItems) {
		tell(l.w, "  %s\n", describe(st))
	}
}

func (l *lines) end() { l.last = nil }

func describe(st catalog.ItemStatus) string {
	text := fmt.Sprintf("%-10s %s %s", st.State, st.Key, st.To)
	if more := cmp.Or(st.Err, st.Note); more != "" {
		text += ": " + more
	}
	return printable(text)
}

// bars shows a bar for each item under way, below the items that are final.
type bars struct {
	w     io.Writer
	items []catalog.ItemStatus // by index
	drawn int                  // lines of the last drawing
}

func (b *bars) show(st catalog.ItemStatus) {
	if n := st.Index + 1 - len(b.items); n > 0 {
		b.items = slices.Concat(b.items, make([]catalog.ItemStatus, n))
	}
	was := b.items[st.Index].State
	b.items[st.Index] = st
	var text strings.Builder
	if b.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA\x1b[J", b.drawn) // up, and clear from there on
	}
	b.drawn = 0
	if st.State.Final() && !was.Final() {
		text.WriteString("  " + describe(st) + "\n")
	}
	final := 0
	for _, it := range b.items {
		switch {
		case it.State.Final():
			final++
		case it.State != catalog.Queued && it.State != "":
			text.WriteString("  " + bar(it) + "\n")
			b.drawn++
		}
	}
	if final < len(b.items) {
		fmt.Fprintf(&text, "  %d of %d done\n", final, len(b.items))
		b.drawn++
	}
	tell(b.w, "%s", text.String())
}

func (b *bars) end() { b.items, b.drawn = nil, 0 }

const barWidth = 30

func bar(st catalog.ItemStatus) string {
	full := 0
	switch {
	case st.State != catalog.Fetching:
		full = barWidth
	case st.Total > 0:
		full = int(min(st.Bytes, st.Total) * barWidth / st.Total)
	}
	return fmt.Sprintf("[%s%s] %-10s %s %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), st.State, st.Key, st.To)
}
