// Package version chooses a version of a connector, and says why.
package version
