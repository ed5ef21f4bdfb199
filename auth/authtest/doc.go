// Package authtest tests what programs put behind the ports of package auth. It
// is for tests only.
//
// [TestKeyWrapper] is the kit that every auth.KeyWrapper passes.
package authtest
