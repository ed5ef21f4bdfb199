package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
)

func TestBarsRedrawWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	d := &bars{w: &b}
	for i := range 2 {
		d.show(catalog.ItemStatus{Index: i, Key: "k", To: "1.0.0", State: catalog.Queued})
	}
	b.Reset()
	d.show(catalog.ItemStatus{Index: 0, Key: "k", To: "1.0.0", State: catalog.Fetching, Bytes: 50, Total: 100})
	half := "[" + strings.Repeat("#", barWidth/2) + strings.Repeat(".", barWidth/2) + "]"
	if got := b.String(); got != "\x1b[1A\x1b[J  "+half+" fetching   k 1.0.0\n  0 of 2 done\n" {
		t.Errorf("drew %q", got)
	}
	b.Reset()
	d.show(catalog.ItemStatus{Index: 0, Key: "k", To: "1.0.0", State: catalog.Failed, Err: "no \x1b[2J"})
	if got := b.String(); got != "\x1b[2A\x1b[J  failed     k 1.0.0: no ?[2J\n  1 of 2 done\n" {
		t.Errorf("drew %q", got)
	}
	d.show(catalog.ItemStatus{Index: 1, Key: "k", To: "1.0.0", State: catalog.Done})
	if d.drawn != 0 {
		t.Errorf("%d lines are left to be drawn over", d.drawn)
	}
}

func TestLinesOfManyItemsTellOnlyEnds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	d := &lines{w: &b}
	for i := range manyItems {
		d.show(catalog.ItemStatus{Index: i, State: catalog.Queued})
	}
	d.show(catalog.ItemStatus{Index: 0, State: catalog.Fetching})
	d.show(catalog.ItemStatus{Index: 0, State: catalog.Done, Key: "k", To: "1.0.0"})
	if got := b.String(); got != "  done       k 1.0.0\n" {
		t.Errorf("printed %q", got)
	}
}
