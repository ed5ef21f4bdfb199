package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

// open opens a catalog that can reach the server. It keeps records in memory and the
// rest in dir.
func open(ctx context.Context, dir string, server *oidcserver.Server, clock func() time.Time) (*catalog.Catalog, error) {
	keys, err := auth.OpenKeyFile(ctx, filepath.Join(dir, "keys"), &auth.KeyFileOptions{Create: true})
	if err != nil {
		return nil, err
	}
	// The server is on loopback and has a certificate of its own. A program that speaks to
	// servers on the internet leaves Tokens and Transport out.
	return catalog.Open(ctx, &catalog.Options{
		Feeds:       []catalog.Feed{fsfeed.New("local", os.DirFS(filepath.Join(dir, "feed")), nil)},
		Installer:   dirinstaller.New(filepath.Join(dir, "connectors"), nil),
		Keys:        keys, // without it nothing that holds a secret is stored
		RedirectURI: redirectURI,
		Tokens:      &auth.TokenOptions{AllowPrivate: true, RootCAs: server.Roots()},
		Transport:   &auth.TransportOptions{AllowPrivate: true, RootCAs: server.Roots()},
		Clock:       clock, // so that time can pass here
	})
}

// redirectURI is the page of the program that providers send browsers back to: one
// for each connector, so that an answer for one is never taken for another's.
func redirectURI(_ string, key connector.Key) string {
	return "https://app.example.com/callback/" + string(key)
}

// admin, user and others are people. A program makes Principals of whoever has
// signed in.
func admin() catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}}
}

func user() catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: "uma", Roles: []string{catalog.RoleViewer}}
}

func colleague() catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: "cal", Roles: []string{catalog.RoleViewer}}
}

func stranger() catalog.Principal {
	return catalog.Principal{Tenant: "globex", User: "sam", Roles: []string{catalog.RoleViewer}}
}
