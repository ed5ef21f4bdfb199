// Package mutations puts faults back that the library rules out, one at a time, and
// shows that the tests turn red.
//
//	go test ./internal/mutations -mutate all
//
// takes some minutes: each fault is a build of its own, by the -overlay flag of the go command, so
// the tree is not touched. Without the flag it is only checked that every fault still has
// its place in the code.
package mutations
