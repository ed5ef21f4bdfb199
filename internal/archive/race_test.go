//go:build race

package archive_test

// raceEnabled: the race detector multiplies what is measured.
const raceEnabled = true
