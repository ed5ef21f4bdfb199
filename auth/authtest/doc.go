// Package authtest tests what programs put behind the ports of package auth. It
// is for tests only.
//
// [Server] is a scripted authorization server, in memory or on loopback, with
// every quirk and fault that a test asks for; it counts and records what came.
//
// [TestKeyWrapper] is the kit that every auth.KeyWrapper passes.
package authtest
