// Package auth describes how to authenticate to the application behind a
// connector, as data: a [Scheme] says which endpoints, scopes and parameters
// an application wants, a [Param] says what to ask a person for, a [Secret]
// holds what was answered without ever showing it.
//
// The idea is that a provider's habits are data and not code. A program that
// draws forms, checks input or compares two releases of a connector reads
// schemes and never needs to know the provider:
//
//   - [Scheme.Validate] lists every fault of a scheme that somebody else wrote,
//     each with its position.
//   - [SchemaOf] turns parameters into a JSON Schema that form builders
//     understand; [Validate] checks what comes back, all faults at once.
//   - [Quirks] lists where a provider departs from the OAuth 2.0 specifications.
//   - [Scheme.Origins] and [Scheme.Changes] say where credentials would go and
//     what a new release changes about that.
//   - [Sealer] turns a secret into bytes that can be stored, and that open only for
//     the tenant, connection, field and generation they were sealed for. A
//     [KeyWrapper] keeps the keys: a file ([OpenKeyFile]), memory
//     ([NewMemoryKeys]), or an adapter of a key management service.
//   - [TokenClient] speaks to authorization servers: its [Provider] begins and
//     finishes authorizations, refreshes and revokes tokens. What an authorization
//     needs between its begin and its end, and a [Token], are data to be stored;
//     whose turn it is to refresh is for the caller to settle (C9).
//   - [Transport] sends the requests of one connection and puts its [Credentials]
//     on them, by the [Scheme] or, for a Custom one, a [Placer]. They reach the
//     hosts of the manifest, made ready by [CompileHosts], and no redirect takes them
//     elsewhere (C10).
//
// A scheme comes from a manifest, and a manifest is written by a stranger. So
// everything has a bound, patterns are RE2 and cannot run away, endpoints are
// https, and no message contains a value.
//
// Schemes, parameters and secrets are pure data: nothing about them does I/O.
// What a TokenClient sends goes to an endpoint of the scheme, once; what a Transport
// sends goes where its caller says. Both pass a guard that refuses special
// addresses (C12), and every error is fit to be shown.
// All functions are safe for concurrent use as long as nobody changes their
// arguments meanwhile.
package auth
