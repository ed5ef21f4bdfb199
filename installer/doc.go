// Package installer puts the packages of connectors where a program can use
// them.
//
// [Installer] is the port: fetch a package, verify it, keep it, and later prove
// that it is still what it was. An installer never activates anything and knows
// nothing of publishing; the catalog does that with the [Receipt]. Ready
// implementations are dirinstaller (a content-addressed directory),
// meminstaller (memory) and refinstaller (references to what another system
// fetches); [Route] joins several by media type. A new one is tested with
// installertest.TestInstaller.
//
// # What is checked
//
// A package is bytes from a stranger. [Pipeline], which the ready
// installers share, holds it to this order, and each step must pass before the next:
//
//  1. The package names a valid key, version, media type and digest.
//  2. The bytes are received, not one more than stated, and hashed on the way.
//  3. Size and digest are those that the feed stated ([SizeError], [DigestError]).
//  4. The archive is unpacked into a private stage: regular files and
//     directories only, inside the tree, within [Limits].
//  5. What lies in the stage is read back and is what was unpacked.
//  6. The manifest in the package is the one that the feed promised (P18,
//     [IdentityError]).
//
// Only then does the installer commit the stage, in one step (P12).
//
// # Making a package
//
// A native package is a tar, a gzip-compressed tar or a zip archive with a
// manifest, connector.json, at its root:
//
//	tar -czf mail-1.2.0.tgz connector.json icons scripts
//
// Names may have one leading "./", as "tar -C folder -czf x.tgz ." writes it. npm packages are taken as their registry
// serves them.
package installer
