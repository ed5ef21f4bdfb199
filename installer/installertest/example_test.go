package installertest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
)

// A test of an implementation is one call.
func ExampleTestInstaller() {
	_ = func(t *testing.T) {
		installertest.TestInstaller(t, func(testing.TB) installer.Installer { return meminstaller.New(nil) }, nil)
	}
}

// A scripted fault strikes the installs that it names.
func ExampleFake() {
	fake := &installertest.Fake{}
	fake.Script(installertest.Fault{Key: "mail", Phase: installer.Fetching, Err: errors.New("no network"), Times: 1})

	for range 2 {
		_, err := fake.Install(context.Background(), installertest.Package("mail", "1.0.0"), nil)
		fmt.Println(err)
	}
	fmt.Println(fake.Count(installertest.Install, "mail"), "calls")
	// Output:
	// installer: fetching mail@1.0.0: no network
	// <nil>
	// 2 calls
}

// A gate holds an install until the test has looked at what happens meanwhile.
func ExampleGate() {
	fake, gate := &installertest.Fake{}, installertest.NewGate()
	fake.Script(installertest.Fault{Phase: installer.Verifying, Gate: gate})

	done := make(chan error)
	go func() {
		_, err := fake.Install(context.Background(), installertest.Package("mail", "1.0.0"), nil)
		done <- err
	}()
	<-gate.Reached()
	fmt.Println("installed while held:", len(fake.Installed()))
	gate.Open()
	fmt.Println(<-done, len(fake.Installed()))
	// Output:
	// installed while held: 0
	// <nil> 1
}
