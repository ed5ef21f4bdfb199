// Package httpfeed offers the connectors of an index in the native format
// (connector.Index) that lies at a URL.
//
// A Load is a conditional GET: nothing is transferred while the server says 304,
// and nothing changes while the SHA-256 of the whole document is the same. The
// request goes through a guard (rule C12): https by default, special-purpose
// addresses refused on the address that is dialed, no proxies, at most five redirects and
// never to another scheme, bounded attempts, bytes and time, a minimum of progress,
// no decompression. So do the downloads of artifacts.
//
// A server that answers 304 for ever can hide a newer index. It cannot do so
// for longer than the index's own expiry, which the catalog enforces; publish
// indexes with one. A server that has no ETags, only modification times, may take
// an index that was put back with an older time for unmodified; give it ETags.
//
// Errors show URLs without user information, query and fragment.
package httpfeed
