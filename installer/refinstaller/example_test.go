package refinstaller_test

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

// A release that is a container image is installed by keeping its name. The
// program that runs it pulls the image.
func Example() {
	in := refinstaller.New(nil)
	receipt, err := in.Install(context.Background(), &installer.Package{
		Key: "acme/mail", Version: "1.2.0",
		Artifact: connector.Artifact{URL: "docker://example.com/mail:1.2.0", MediaType: connector.MediaReference},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipt.Reference, receipt.Files)
	// Output: docker://example.com/mail:1.2.0 0
}
