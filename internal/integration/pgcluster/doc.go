// Package pgcluster gives tests a PostgreSQL server: the one that the environment names, or one of the test program's
// own, which is started when it is first needed and ends with the program.
package pgcluster
