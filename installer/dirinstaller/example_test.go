package dirinstaller_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/installer/installertest"
)

func Example() {
	dir, err := os.MkdirTemp("", "connectors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	ctx := context.Background()
	in := dirinstaller.New(dir, &dirinstaller.Options{Limits: installer.Limits{Unpacked: 100 << 20}})
	receipt, err := in.Install(ctx, installertest.Package("mail", "1.2.0"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipt.Key, receipt.Version, receipt.Files, "file")
	fmt.Println("still there:", in.Verify(ctx, receipt) == nil)
	// Output:
	// mail 1.2.0 1 file
	// still there: true
}

// A package whose bytes are not those that the feed stated is refused, and the
// error says what they are.
func ExampleInstaller_Install_corrupt() {
	dir, err := os.MkdirTemp("", "connectors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	pkg := installertest.Package("mail", "1.2.0")
	pkg.Artifact.Digest = installertest.Package("mail", "1.2.1").Artifact.Digest
	_, err = dirinstaller.New(dir, nil).Install(context.Background(), pkg, nil)
	if wrong, ok := errors.AsType[*installer.DigestError](err); ok {
		fmt.Println(errors.Is(err, installer.ErrCorrupt), wrong.Want == pkg.Artifact.Digest, wrong.Got != wrong.Want)
	}
	// Output: true true true
}
