package installer_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

// Packages with bytes go to one installer, references to another.
func ExampleRoute() {
	in := installer.Route(map[string]installer.Installer{
		connector.MediaReference: refinstaller.New(nil),
	}, meminstaller.New(nil))

	ctx := context.Background()
	for _, pkg := range []*installer.Package{
		installertest.Package("mail", "1.2.0"),
		installertest.Reference("acme/chat", "3.0.1", "docker://example.com/chat:3.0.1"),
	} {
		receipt, err := in.Install(ctx, pkg, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s has %d files %q\n", receipt.Key, receipt.Files, receipt.Reference)
	}
	// Output:
	// mail has 1 files ""
	// acme/chat has 0 files "docker://example.com/chat:3.0.1"
}

// Errors are told apart by what can be done about them.
func ExampleError() {
	pkg := installertest.Package("mail", "1.2.0")
	pkg.Version = "1.3.0" // what the feed says; the package says otherwise

	_, err := meminstaller.New(nil).Install(context.Background(), pkg, nil)
	switch {
	case errors.Is(err, installer.ErrCorrupt):
		fmt.Println("try again")
	case errors.Is(err, installer.ErrIdentity):
		fmt.Println("tell the publisher:", err)
	}
	// Output:
	// tell the publisher: installer: installing mail@1.3.0: package is not what the feed says: version: "1.3.0" and "1.2.0"
}
