package catalog_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
)

// sampleFeed is a folder with an index and two packages.
func sampleFeed() catalog.Feed {
	files := fstest.MapFS{}
	mail := connector.Connector{Key: "mail", Name: "Mail"}
	for _, v := range []string{"1.0.0", "1.1.0"} {
		pkg := installertest.TarGz(installertest.ManifestFile(&connector.Manifest{Key: "mail", Version: v}))
		name := "mail-" + v + ".tgz"
		files[name] = &fstest.MapFile{Data: pkg}
		mail.Releases = append(mail.Releases, connector.Release{
			Version: v, Artifact: connector.Artifact{URL: name, Digest: connector.DigestOf(pkg)},
		})
	}
	index, err := (&connector.Index{Format: connector.IndexFormat, Connectors: []connector.Connector{mail}}).MarshalJSON()
	if err != nil {
		panic(err)
	}
	files["index.json"] = &fstest.MapFile{Data: index}
	return fsfeed.New("samples", files, nil)
}

func Example() {
	ctx := context.Background()
	cat, err := catalog.Open(ctx, &catalog.Options{
		Feeds:     []catalog.Feed{sampleFeed()},
		Installer: meminstaller.New(nil),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cat.Close()
	admin, err := cat.Manage(catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}})
	if err != nil {
		fmt.Println(err)
		return
	}

	plan, err := admin.Plan(ctx, catalog.Pick("mail", "~1.0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err := admin.Install(ctx, plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	status, err := op.Wait(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := status.Err(); err != nil { // Wait has waited, whatever came of it
		fmt.Println(err)
		return
	}

	for row, err := range admin.Available(ctx, nil) {
		fmt.Println(row.Key, row.Tag, row.Version, "upgrade:", row.Upgrade, err)
	}
	_, err = admin.Plan(ctx, catalog.Pick("mail", "2.0.0"))
	fmt.Println(err)
	// Output:
	// mail Active 1.0.0 upgrade: 1.1.0 <nil>
	// catalog: plan "mail": no eligible version: wanted "2.0.0": 2.0.0 is not offered
}
