// Package soak lets two catalogs on one database do everything at once for as long as it is told to, and
// looks meanwhile for what only time brings out: memory that is not given back, work that does not end,
// records that no longer agree. The package has no code of its own.
package soak
