// Package deptest holds the shape of the project by tests: which floor may
// import which, which package may use which third-party module, that every
// exported symbol is documented and every public package has an example, that
// files stay short and name no machine.
//
// It has no code of its own. The checks are functions of a file tree, so that
// each is also tested on a small tree that breaks the rule.
package deptest
