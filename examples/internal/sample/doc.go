// Package sample is a feed to try things with: some thirty applications that
// many people know, with several releases each, previews and breaking changes
// among them, and real packages, which it builds in memory. It serves all of it
// over HTTP and can be told to serve a package damaged.
//
// What it says of the applications is made up to look like them. No connector
// in it does anything.
package sample
