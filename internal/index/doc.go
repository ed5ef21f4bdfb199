// Package index answers lists: filtered by facets, searched by words, ordered by
// name, a page at a time, with the number of all matches.
//
// A Map is one immutable version of a set of items. It is made of runs, each a
// sorted list whose facets and words are indexed when they are first asked for. An
// edit puts what is new into a small run of its own and marks what is gone in the
// run that has it; runs are merged when the next larger one is less than four times their size. So an
// edit costs what changed, all other runs and their indexes are shared
// with the version before, and there are never many runs.
package index
