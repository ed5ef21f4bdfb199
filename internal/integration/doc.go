// Package integration runs the kits against real backends, in a module of its
// own so that their drivers burden nobody who imports the library.
package integration
