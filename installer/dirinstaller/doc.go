// Package dirinstaller keeps packages in a directory, each under the digest of
// its artifact.
//
// The directory belongs to the installer:
//
//	content/sha256/<hex>/receipt.json   what is installed
//	content/sha256/<hex>/files/...      the package's files
//	stage/<attempt>/...                 what is under way, or was when a process died
//
// # Crash safety
//
// A package is fetched, unpacked below stage, read back and compared. When every
// file and directory is flushed as well, one rename puts it below
// content. So whenever a process is killed, content holds whole packages only
// (P12). What is left below stage is removed by the next Install of the same package,
// which can tell because only the holder of its connector's lease installs it, or
// by Sweep.
//
// # Sharing
//
// Several processes may use one directory if they install one package from one
// process at a time, as the catalog's leases see to, on a file system with
// atomic renames. All writes go through an [os.Root]; no link is ever made or
// kept.
package dirinstaller
