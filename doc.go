// Package patchbay is the overview of an embeddable library for connector
// catalogs. It has no code: programs import the packages below it.
//
// A program that embeds Patchbay offers its admins a catalog of prebuilt API
// integrations, called connectors. Admins publish the connectors they choose,
// hold back versions they do not want, and see why each version is or is not
// the choice. Patchbay is a library and not a server: it opens no port, starts
// nothing on import, and takes its database, its log and its files
// from the caller.
//
// # The idea
//
// Feeds make connectors available; only installing publishes one. What is
// published needs no feed: it is answered from the installed package. Every
// choice of a version is one pure function, whose answer gives a reason for
// every version it did not choose. Every change is an operation that either
// commits whole or leaves nothing but its record.
//
// # Packages
//
// From the ground up; each imports only what is above it in this list.
//
//   - [github.com/patchbay/patchbay/auth]: schemes, parameters and secrets,
//     as data
//   - [github.com/patchbay/patchbay/connector]: the model: keys, releases,
//     manifests, indexes
//   - [github.com/patchbay/patchbay/connector/version]: the selection of a
//     version, with a verdict on each
//   - [github.com/patchbay/patchbay/governance]: who may make which new
//     connections: policies, assignments, and decisions that say why
//   - [github.com/patchbay/patchbay/installer]: the port for installing
//     packages, and the pipeline that fetches and verifies them
//   - the packages below installer whose names end in "installer": where
//     packages can be put
//   - [github.com/patchbay/patchbay/catalog]: the catalog itself, and its ports
//     Feed and Store
//   - the packages below catalog whose names end in "feed": sources of
//     available connectors, one for each kind of registry
//   - [github.com/patchbay/patchbay/catalog/sqlstore]: a Store in the caller's SQL
//     database
//   - [github.com/patchbay/patchbay/catalog/catalogtest],
//     [github.com/patchbay/patchbay/installer/installertest] and
//     [github.com/patchbay/patchbay/auth/authtest]: kits that every Feed, Store,
//     Installer and KeyWrapper passes, and fakes whose faults a test chooses
//
// Packages whose names end in "test" may import testing and are for tests
// only. The in-memory twins beside the ports, such as catalog.NewMemStore,
// are not: programs may use them.
//
// # Conventions
//
// A letter and a number in parentheses, such as (P7), name a rule of the library, after which
// its tests are called (TestP7_...); internal/docs/design.md says why it is one.
//
// Options come last, may be nil, and say of each field its unit, default and
// bound. Lists are iterators that can be ranged over again. Errors are
// sentinels that wrap the standard error nearest to them, so both
// errors.Is(err, catalog.ErrNotFound) and errors.Is(err, fs.ErrNotExist) hold.
// There is no package-level state and no init function. What comes from
// outside is bounded before it is read, and all its faults are reported at
// once, each with its position.
//
// # Compatibility
//
// The module follows semantic versioning and the oldest Go release that is
// still supported. Until v1.0.0 a minor version may change the API; the
// changelog then says what to write instead. From then on: exported symbols
// stay; interfaces that programs implement get no new methods, optional ones
// are added beside them; the numbered formats in documents, such as
// "patchbay.index/v1", keep their meaning; what the store holds is migrated
// forward. Texts of errors and verdicts are for people and may change; reason
// codes and sentinels are for programs and do not.
package patchbay
