package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
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
	asJSON := flags.Bool("json", false, "one JSON object for each row")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	b, err := newBed(*quick)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	defer func() {
		if err := b.close(); err != nil {
			fmt.Fprintln(stderr, err)
			code = max(code, 1)
		}
	}()
	var results []*result
	for i := range all {
		if !strings.Contains(all[i].name, *only) {
			continue
		}
		fmt.Fprintf(stderr, "%s: %s\n", all[i].name, all[i].path)
		r := measure(b, &all[i])
		results = append(results, r)
		if !r.met() {
			code = 1
		}
		if *asJSON {
			err = errors.Join(err, json.NewEncoder(stdout).Encode(r))
		}
	}
	if len(results) == 0 {
		fmt.Fprintf(stderr, "no row has a name that contains %q\n", *only)
		return 2
	}
	if !*asJSON {
		err = printTable(stdout, results)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	return code
}
