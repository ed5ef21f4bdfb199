package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// printTable prints a line for each row and peer, and below it what was missed.
func printTable(w io.Writer, results []*result) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	say(tw, "PATH\tOURS\tPEER\tRATIO\tALLOCATIONS\tGROWTH\n")
	for _, r := range results {
		ours, allocs, grown := cost(r.Ours), space(r.Ours), r.Grows
		if r.Factor > 0 {
			grown = fmt.Sprintf("%s: %.2fx for %.3gx", r.Grows, r.Growth, r.Factor)
		}
		if r.Failure != "" {
			ours, allocs = "-", "-"
		}
		if len(r.Peers) == 0 {
			say(tw, "%s\t%s\t-\t-\t%s\t%s\n", r.Name, ours, allocs, grown)
		}
		for i, p := range r.Peers {
			name := r.Name
			if i > 0 {
				name, ours, grown = "", "", ""
			}
			say(tw, "%s\t%s\t%s %s\t%.3gx\t%s / %s\t%s\n", name, ours, p.Name, cost(p.figures), p.Ratio, allocs, space(p.figures), grown)
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	missed := 0
	for _, r := range results {
		var lines []string
		if r.Failure != "" {
			lines = append(lines, "failed: "+r.Failure)
		}
		for _, v := range r.Goals {
			if !v.Met {
				lines = append(lines, fmt.Sprintf("missed: %s, got %s", v.Goal, v.Got))
			}
		}
		if len(lines) > 0 {
			missed++
			say(w, "%s (%s)\n\t%s\n", r.Name, r.Path, strings.Join(lines, "\n\t"))
		}
	}
	_, err := fmt.Fprintf(w, "%d of %d rows hold what is stated of them\n", len(results)-missed, len(results))
	return err
}

// cost is the time of a row, or what it keeps where that is the point.
func cost(f figures) string {
	if f.NS == 0 {
		return size(f.Kept) + " kept"
	}
	return nanoseconds(f.NS)
}

func space(f figures) string {
	s := count(float64(int64(f.Allocs)))
	if f.Bytes > 0 && f.Allocs >= 1 {
		s += " (" + size(f.Bytes) + ")"
	}
	if f.Calls > 0 {
		s += fmt.Sprintf(", %.3g calls", f.Calls)
	}
	return s
}

func nanoseconds(ns float64) string {
	if ns < 100 {
		return fmt.Sprintf("%.1fns", ns)
	}
	d := time.Duration(ns)
	unit := time.Nanosecond
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit).String()
}

func size(bytes float64) string {
	for _, unit := range []string{"B", "KB", "MB"} {
		if bytes < 1000 {
			return fmt.Sprintf("%.3g %s", bytes, unit)
		}
		bytes /= 1000
	}
	return fmt.Sprintf("%.3g GB", bytes)
}
