// Package fsfeed offers the connectors of an index in the native format
// (connector.Index) that lies in a file system, with its artifacts beside it: a
// folder of a checkout, a mounted share, files embedded in a program.
//
// The index is read whole at each Load, and is unchanged when its SHA-256 is.
// Artifacts whose URL is relative are files of the same file system, relative
// to the folder of the index; absolute ones are left to the catalog.
//
// To keep links from leading out of a folder, take os.Root:
//
//	root, err := os.OpenRoot("/srv/connectors")
//	feed := fsfeed.New("local", root.FS(), nil)
package fsfeed
