// Package leaktest fails a package's tests when one of them leaves a goroutine
// behind. Every package with tests has a TestMain that calls Main.
package leaktest
