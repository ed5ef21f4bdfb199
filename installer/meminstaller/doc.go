// Package meminstaller keeps packages in memory.
//
// It does what dirinstaller does, with the same checks and the same errors,
// without a disk: for tests, for tools that look into packages, and for programs
// that install anew whenever they start. What it keeps is bounded.
package meminstaller
