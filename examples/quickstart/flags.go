package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// config is the command line.
type config struct {
	dir     string
	json    bool
	list    bool
	feeds   []catalog.Feed // empty: the sample
	choices []catalog.Choice
	all     bool // choose everything
	approve bool
	lease   time.Duration
	pace    time.Duration
	given   map[string]bool // flags on the command line
}

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{given: map[string]bool{}}
	var specs []string
	var install string
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&cfg.dir, "dir", "", "keep database and packages in `DIR`; default: a new temporary folder")
	fs.BoolVar(&cfg.json, "json", false, "print one JSON object per step, row or item, and nothing else")
	fs.BoolVar(&cfg.list, "list", true, "print the manage view, once -list, -install or -feed is given; without them: walk through the sample")
	fs.BoolVar(&cfg.approve, "approve", false, "accept changed schemes and moved origins")
	fs.StringVar(&install, "install", "none", "install KEY[@VERSION],..., all or none: a `LIST`")
	fs.DurationVar(&cfg.lease, "lease", 0, "how long the work of a killed process blocks others; default: the catalog's")
	fs.DurationVar(&cfg.pace, "pace", 10*time.Millisecond, "how long the sample's server takes for 16 KiB")
	fs.Func("feed", "airbyte:FILE, npm:DIR, npm:URL#NAME,NAME, dir:DIR or the URL of an index: a `FEED`; may be repeated", func(s string) error {
		specs = append(specs, s)
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	fs.Visit(func(f *flag.Flag) { cfg.given[f.Name] = true })
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	var listErr, feedErr error
	cfg.choices, cfg.all, listErr = parseInstall(install)
	cfg.feeds, feedErr = parseFeeds(specs, cfg.choices)
	return cfg, errors.Join(listErr, feedErr)
}

// walk reports whether to walk through the sample, rather than to do what the
// command line asks for.
func (cfg *config) walk() bool {
	return !cfg.given["list"] && !cfg.given["install"] && !cfg.given["feed"]
}

// parseInstall reads KEY, KEY@VERSION or KEY@RANGE, separated by commas.
func parseInstall(list string) (choices []catalog.Choice, all bool, err error) {
	switch list {
	case "none":
		return nil, false, nil
	case "all":
		return nil, true, nil
	}
	for item := range strings.SplitSeq(list, ",") {
		key, version := item, ""
		if i := strings.LastIndexByte(item, '@'); i > 0 {
			key, version = item[:i], item[i+1:]
			if version == "" {
				return nil, false, fmt.Errorf("-install: %q has no version behind the @", item)
			}
		}
		if key == "" {
			return nil, false, fmt.Errorf("-install: %q names no connector", list)
		}
		if strings.Contains(key, "/") {
			key = strings.TrimPrefix(key, "@") // as npm writes it
		}
		choices = append(choices, catalog.Pick(key, version))
	}
	return choices, false, nil
}
