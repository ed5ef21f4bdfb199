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
// An Admin also governs: [Admin.PutPolicy] and [Admin.Assign] say who may connect to what, by
// which schemes and with which values preset; [Admin.Preview] tells before what it would
// mean, and [Admin.ExplainAccess] why things are as they are. A user connects through
// [Viewer.Connections]: [Connections.Create] by parameters, [Connections.Begin] and [Connections.Complete] (or
// [Connections.Poll]) where a person has to agree. [Connections.Client] is an HTTP client with the
// credentials of a connection.
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
//   - A policy binds when its write returns, in every process, and touches new connections
//     only: one that exists keeps the decision that admitted it.
//   - Credentials are sealed, or refused where there is no key. A token that has ended is renewed by one
//     request, whoever waits for it; a refresh token whose answer was lost is not sent again, unless
//     the provider is known to keep it.
//
// All types are safe for concurrent use. Errors are [*Error], with the
// operation and the key, around sentinels such as [ErrNotFound] that also
// match their counterparts in io/fs.
package catalog
