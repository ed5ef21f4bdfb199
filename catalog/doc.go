// Package catalog runs a catalog of connectors: it knows which connectors and
// versions exist, lets an admin install the chosen ones and skip or pin
// versions, and shows everybody else what is published.
//
// [Open] makes a [Catalog] from a [Store], some [Feed] values and an
// installer. From it come two capabilities:
//
//   - [Catalog.Manage] gives an [Admin], or refuses. An Admin sees what feeds offer
//     ([Admin.Available]), learns why a version is or is not the choice
//     ([Admin.Explain]), and installs: [Admin.Plan] works out exact versions and digests
//     without side effects, [Admin.Install] does that plan and nothing else.
//   - [Catalog.For] gives a [Viewer], none of whose methods reaches what is not
//     published.
//
// What can be relied on:
//
//   - Nothing half-done survives. The old version stays active until the new
//     one is committed; an operation whose process died is resumed by any process that shares the
//     store, within one [Options].Lease.
//   - Feeds are not trusted. Each fails alone; what a feed said last stays in force
//     while it is down, also after a restart; a release that comes back with another
//     digest is refused; and what is published needs no feed at all.
//   - Reads come from an immutable snapshot in memory and never wait for a write. The
//     snapshot follows the store's changes, also those of other processes.
//   - Every change is in the audit log, written in the same atomic step.
//
// All types are safe for concurrent use. Errors are [*Error], with the
// operation and the key, around sentinels such as [ErrNotFound] that also
// match their counterparts in io/fs.
package catalog
