// Package connector is the model of a catalog: what a connector is, its
// releases, what a release says of itself, and the native format of an index.
//
// # Identity
//
// A [Key] names a connector across feeds, a version (see [CheckVersion]) one of
// its releases, and a [Digest] the content of a release ([Release.Digest]). A
// release is immutable: the same key and version with another digest is a
// problem, never a new release (P15). Each has exactly one spelling, so ==
// compares them.
//
// # Reading what a stranger wrote
//
// [ParseIndex] and [ParseManifest] take documents from anywhere. They are
// strict: names match exactly, nothing is stated twice, unknown members are
// refused unless their name begins with "x-". They are bounded
// ([ParseOptions]), and they tell everything that is wrong at once, each
// [Fault] with its JSON pointer, line and column.
//
// What is wrong with one entry of an index costs that entry only (P16): each
// connector or release that is lost is one [Problem], and all others are
// offered. [IndexSchema] has the format for editors and other programs,
// [Index.Encode] writes it.
//
// # Upgrades
//
// [SchemeChanges] and [OriginChanges] say what an upgrade changes for those who
// hold connections (P19), [Manifest.Differences] whether a package says of itself
// what its feed said (P18).
//
// # Errors
//
// Every error about an input wraps [ErrInvalid], which wraps fs.ErrInvalid.
//
// Everything in this package is a plain value without I/O: safe for concurrent
// use as long as nobody writes to it.
package connector
