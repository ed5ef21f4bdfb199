// Package installertest tests installers, and what is built on them.
//
// [TestInstaller] is the conformance kit for [installer.Installer]: every
// implementation of this module passes it, and yours should. [Fake] is an installer
// without files whose faults a test chooses. [Package], [NPMPackage] and the
// builders below them make packages, and [HostileArchives] those that must be
// refused.
package installertest
