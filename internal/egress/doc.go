// Package egress is the one way this library reads from URLs that somebody
// else wrote: a guarded, bounded HTTP GET (C12).
//
// What it refuses before or at the dial: schemes other than https (http by
// option), URLs with user information, host names in numeric disguise, and
// every special-purpose address, checked on the address that is really dialed.
// Loopback and private ranges open by option; link-local, metadata, multicast and
// reserved ranges never do. Proxy variables of the environment are ignored.
//
// What it bounds: attempts and waits, redirects, response headers, time to the
// first header, progress of the body, time in all, and the bytes of the body.
//
// What it does not trust: Content-Encoding (never inflated, so there is no
// decompression bomb), Content-Length (checked against what came), error pages
// in place of documents, and Location.
//
// Limits that HTTP sets: bytes beyond Content-Length are not seen over
// HTTP/1.1, because the reader stops there; and a body with neither
// Content-Length nor chunks that is cut off over plain HTTP looks complete.
// Both are caught by whoever verifies the digest.
//
// No error of this package prints a query, a fragment or user information.
package egress
