// Command bench runs this library beside what a program would use instead, on
// the same work, and prints one table: the path, ours, the peer, how they
// compare, allocations, and how our time grows.
//
//	GOWORK=off go -C internal/bench run .            everything
//	GOWORK=off go -C internal/bench run . -quick     the same checks on smaller data
//	GOWORK=off go -C internal/bench run . -only NAME the rows whose name contains NAME
//	GOWORK=off go -C internal/bench run . -json      one JSON object for each row
//	GOWORK=off go -C internal/bench run . -open NAMES  rows that need not reach their goals yet
//
// It fails when a stated goal is missed three times in a row, when answers differ (they are compared
// before anything is timed, since a faster wrong answer is worth nothing), and
// when a figure that claims to be durable is below a bare fdatasync of the same
// folder. Only exported functions are timed, with their checks and
// explanations on.
//
// Rows named by -open are measured and shown as all others are, and their answers and
// durable figures must be right, too; but their goals are not reached yet, and missing
// them is no failure. CI names them, so that the list is there to be shortened.
//
// Sides take turns, and the median of the rounds counts. Warm-up is off the
// clock, and the garbage of others is collected before each round. What loads
// much does so in a process of its own, so that no side pays for, or gains from,
// the heap of another.
//
// With -quick there are 1,000 connectors instead of 10,000, 20 artifacts of
// 1 MiB instead of 100 and 2 large ones of 16 MiB instead of 10 of 64 MiB. All
// goals are the same in both: ratios compare both sides on the same data, and
// absolute times are bounds that less data must keep, too. What differs is what
// growth is measured between, since one end of it is the size of the data.
package main
