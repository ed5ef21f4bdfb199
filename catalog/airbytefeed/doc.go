// Package airbytefeed offers the connectors of an Airbyte connector registry: one
// JSON document, from a file system ([File]) or a URL ([URL]).
//
// # What becomes what
//
// Each connector definition, source or destination, is a connector. Its key is the
// definition's id in lower case; names are not unique. Its categories are
// "source" or "destination", the source type and the support level.
//
// Each definition states one version, which is a release; the definitions
// inside "releaseCandidates" are more of them, always previews. The stage is GA for
// "generally_available" and Preview for anything else. The time of publication
// is when the registry took the release's metadata in ("releaseDate" is the
// day of the connector's first release and is not used). Breaking changes up to
// the version come with their messages, deadlines and guides. A tombstone is offered
// as withdrawn (yanked), so that nobody installs it and nobody takes it for a reading
// error; support level "archived" is a deprecation.
//
// The artifact is a reference to an image, "docker://repository:tag", with no
// digest, because the registry states none. An image is fetched by the host.
//
// # How to connect
//
// The manifest has the hosts and, made of the JSON Schema in
// "connectionSpecification", the ways to authenticate. The object that offers them
// as alternatives is the one that the OAuth predicate of "advanced_auth" points into,
// or the first with a usual name such as "credentials". Each alternative is one
// scheme, with the parameters of its own and those of the whole connector; a
// specification without alternatives is one scheme with the id "default".
//
// The type of a scheme is a guess by the names of what it asks for, with fixed
// rules:
//
//   - what "advanced_auth" describes is OAuth2Code or OAuth1;
//   - no secret is None;
//   - a user name or email and one secret, a password, is Basic;
//   - a client id and secret without any token is ClientCredentials;
//   - an access key id and a secret access key is AWSSigV4;
//   - one secret that is an access token by name is Bearer;
//   - anything else is Custom: the connector itself knows how. An API key is Custom
//     too, because the registry does not say where it goes.
//
// Endpoints are those that the registry states, mostly none. What the OAuth flow
// returns is hidden, not asked for.
//
// Parameters of nested objects have dotted keys, such as "tunnel.host", and stand
// in the order of a form. "airbyte_secret" is a secret; a secret has no
// default. "airbyte_hidden" and constants are hidden. Alternatives that are no ways
// to authenticate become one set of parameters: the constant that tells them apart
// becomes a choice, and what is not in all of them is optional. Examples are never
// read. Texts may hold HTML as the registry has it: escape them before showing.
//
// # Which documents
//
// A configuration, its values taken by dotted key, is accepted by [auth.Validate] for
// one of the schemes exactly if the original schema accepts it, with these readings:
//
//   - what a Problem lists as left out is left out, and nothing more;
//   - members that the schema does not state are refused, whatever it says of them;
//   - "format" counts where no "pattern" stands beside it; both together often
//     contradict each other;
//   - null, an empty text and an empty list are no value, and integers are exact;
//   - constants, hidden parameters and defaults of required ones are supplied, not
//     asked for, and so are objects that are required themselves;
//   - a way to authenticate is chosen by its id, even if several would fit.
//
// What an object with parameters of its own says of itself, such as its title, is
// not kept, nor are words that JSON Schema does not have.
//
// The mapping is part of what identifies a release (connector.Release.Digest), so
// it changes only with a new major version of this module.
//
// # What goes wrong
//
// Every definition of a document is either offered or one Problem with
// LostConnector that has all its faults (P16); a release candidate that cannot be
// offered is a Problem with LostRelease. What an offered release could not express
// is a Problem with LostNothing: constraints that a parameter has no word for,
// hosts that are none, links that are none. A document that is no registry is an
// error that wraps connector.Faults. Of two definitions with one id the first
// counts.
//
// Errors of a URL are those of package httpfeed, such as *httpfeed.StatusError.
package airbytefeed
