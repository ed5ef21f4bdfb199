package meminstaller_test

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
)

func Example() {
	in := meminstaller.New(&meminstaller.Options{MaxBytes: 64 << 20})
	pkg := installertest.Package("mail", "1.2.0", installertest.File{Name: "readme.md", Body: "Sends mail."})
	receipt, err := in.Install(context.Background(), pkg, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := in.Open(context.Background(), receipt)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := fs.ReadFile(files, "readme.md")
	fmt.Println(string(text), err)
	// Output: Sends mail. <nil>
}
