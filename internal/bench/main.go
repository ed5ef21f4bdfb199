package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// works are the rows, in the order of the table.
func works() []work {
	var all []work
	for _, group := range [][]work{
		newestWorks(), viewWorks(), pageWorks(), loadWorks(), reloadWorks(), searchWorks(), policyWorks(), installWorks(),
		connectWorks(), sealWorks(), tokenWorks(),
	} {
		all = append(all, group...)
	}
	return all
}

// most is how often a row is measured that misses a goal: what else the machine does can only
// make it miss.
const most = 3

func main() {
	if child, ok := os.LookupEnv(childEnv); ok {
		os.Exit(runChild(child, os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], works(), os.Stdout, os.Stderr))
}

// run is the command: 0 when every row holds what is stated of it, 1 when one
// does not, 2 when nothing could be measured.
func run(args []string, all []work, stdout, stderr io.Writer) (code int) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("quick", false, "smaller data, same checks")
	only := flags.String("only", "", "the rows whose name contains `NAME`")
	open := flags.String("open", "", "`NAMES` with commas between them: rows whose name contains one of them may miss their goals")
	asJSON := flags.Bool("json", false, "one JSON object for each row")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	b, err := newBed(*quick)
	if err != nil {
		say(stderr, "%v\n", err)
		return 2
	}
	defer func() {
		if err := b.close(); err != nil {
			say(stderr, "%v\n", err)
			code = max(code, 1)
		}
	}()
	var results []*result
	for i := range all {
		if !strings.Contains(all[i].name, *only) {
			continue
		}
		begun := time.Now()
		may := *open != "" && slices.ContainsFunc(strings.Split(*open, ","), func(name string) bool { return strings.Contains(all[i].name, name) })
		r := measure(b, &all[i])
		for again := 0; again < most-1 && !may && r.Failure == "" && !r.met(); again++ {
			r = measure(b, &all[i])
		}
		say(stderr, "%s: %s (%.1f s)\n", all[i].name, all[i].path, time.Since(begun).Seconds())
		results = append(results, r)
		if r.Failure != "" || !may && !r.met() {
			code = 1
		}
		if *asJSON {
			err = errors.Join(err, json.NewEncoder(stdout).Encode(r))
		}
	}
	if len(results) == 0 {
		say(stderr, "no row has a name that contains %q\n", *only)
		return 2
	}
	if !*asJSON {
		err = printTable(stdout, results)
	}
	if err != nil {
		say(stderr, "%v\n", err)
		return 2
	}
	return code
}

// say prints what nothing can be done about if it is not read.
func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
