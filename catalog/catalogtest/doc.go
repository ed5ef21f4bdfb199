// Package catalogtest holds what tests of catalog and of its ports need: New, which opens
// a catalog whose surroundings a test scripts; kits that every implementation of a port
// passes, such as TestStore; and wrappers that go wrong where they are told to, such as FaultStore.
package catalogtest
