// Package refinstaller installs references: releases whose artifact another
// system fetches, such as a container image. Nothing is downloaded and nothing
// is kept; the receipt is the installation.
//
// What a reference points to cannot be unpacked, so its manifest is the one that the
// feed served.
package refinstaller
