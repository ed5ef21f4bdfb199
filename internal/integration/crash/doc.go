// Package crash interrupts every mutating system call of a program on files: it kills the program
// before the call or in the middle of it, lets the disk fail, or lets it be full. What the next program finds
// is held to the promises of the library. The package has no code of its own.
package crash
