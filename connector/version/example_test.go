package version_test

import (
	"fmt"
	"log"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

func ExampleSelect() {
	releases := []connector.Release{
		{Version: "2.9.0"},
		{Version: "2.10.0"},
		{Version: "3.0.0"},
		{Version: "3.1.0-rc.1"},
	}
	rules := &version.Rules{
		Skips: []version.Hold{{
			Scope: "slack", Versions: "3.0.0", Reason: "breaks approvals", By: "alice",
		}},
	}
	sel, err := version.Select(releases, "2.9.0", rules)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("upgrade to", sel.Upgrade)
	for _, v := range sel.Verdicts {
		fmt.Printf("%-10s  %-8s  %s  %s\n", v.Version, v.Code, v.Rule, v.Reason)
	}
	// Output:
	// upgrade to 2.10.0
	// 3.1.0-rc.1  preview   P5  a Preview release, chosen only with the opt-in or by its exact version
	// 3.0.0       skipped   P7  skipped by alice: breaks approvals
	// 2.10.0      target    P6  the newest eligible version
	// 2.9.0       eligible  P6  eligible, but 2.10.0 is newer
}

// Asking for a skipped version by name is refused, with the skip's reason.
func ExampleSelect_byName() {
	releases := []connector.Release{{Version: "2.9.0"}, {Version: "3.0.0"}}
	sel, err := version.Select(releases, "2.9.0", &version.Rules{
		Constraint: "3.0.0",
		Skips:      []version.Hold{{Scope: version.Everything, Versions: "^3", Reason: "not reviewed yet", By: "bob"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("target %q, code %s\n%s\n", sel.Target, sel.Code, sel.Why)
	// Output:
	// target "", code skipped
	// 3.0.0 is refused: skipped by bob: not reviewed yet
}

// A program that asks often parses once.
func ExampleSet_Newest() {
	set, err := version.Compile([]connector.Release{{Version: "1.4.2"}, {Version: "1.10.0"}, {Version: "2.0.0"}})
	if err != nil {
		log.Fatal(err)
	}
	rules := &version.Rules{Pins: []version.Hold{{Scope: "slack", Versions: "~1", Reason: "until the migration"}}}
	compiled, err := rules.Compile()
	if err != nil {
		log.Fatal(err)
	}
	v, ok := set.Newest(compiled)
	fmt.Println(v, ok)
	// Output: 1.10.0 true
}

func ExampleParseRange() {
	for _, s := range []string{"^1.2", "<2.0.0", "!=1.2.3", "v1.2.3"} {
		r, err := version.ParseRange(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		v, err := version.ParseVersion("2.0.0-rc.1")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r, "contains", v, r.Contains(v))
	}
	// Output:
	// ^1.2 contains 2.0.0-rc.1 false
	// <2.0.0 contains 2.0.0-rc.1 true
	// invalid version range "!=1.2.3": "!=" is refused: leave a version out with a skip, which also keeps the reason
	// invalid version range "v1.2.3": a version has no leading "v"
}
