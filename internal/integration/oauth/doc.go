// Package oauth holds the clients of package auth, and the connections that use
// them, to real authorization servers. It has no code of its own.
package oauth
