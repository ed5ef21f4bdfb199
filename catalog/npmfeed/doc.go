// Package npmfeed offers npm packages as connectors, such as the community nodes
// of workflow engines: from a registry ([Registry]) or from a folder ([Dir]).
//
// # What becomes what
//
// A package is a connector: its key is the package's name, "@scope/name" as
// "scope/name". A name that npm would not take today, such as one with capitals,
// is a Problem. Description, homepage and keywords come from the packument, or
// from its newest version.
//
// A version is a release. It is a preview if it has a pre-release part, else GA.
// Its artifact is the tarball, with the digest of "dist.integrity": the
// strongest of sha512 and sha256. A version with only a sha1 "shasum" is not
// offered, because a sha1 proves nothing. "dist.unpackedSize" is not the size of the
// tarball and is not used. "deprecated" is the message; true has none, and "" and
// false mean that the version is not deprecated. "time" says when a version was
// published.
//
// Tags ("dist-tags") choose nothing: the library selects versions itself, and a
// version above "latest" is offered like any other. A "latest" that leads nowhere is
// told.
//
// # What is checked
//
// The name in a packument is the one asked for, and each version says of itself
// the name and version it stands under. A release has no manifest: packages of
// npm carry none of ours. Their package.json is checked by whoever installs
// them.
//
// The host of a tarball is chosen by whoever wrote the packument. [Registry] says
// which are taken.
//
// # What goes wrong
//
// One bad version costs that version, one bad or unreachable package that package
// (P16). Every package is either offered or one Problem with LostConnector; every
// version of an offered package is either a release or one Problem with
// LostRelease. Pointers, lines and columns are those of the package's own
// document; a package that could not be read has none.
//
// Errors of a registry are those of package httpfeed, such as
// *httpfeed.StatusError.
package npmfeed
