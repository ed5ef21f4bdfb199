// Package pgserver starts a PostgreSQL server for one run of a program: with the machine's own initdb and pg_ctl, in a
// folder that is removed with it.
package pgserver
