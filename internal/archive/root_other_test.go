//go:build !unix

package archive_test

import "time"

var begun = time.Now()

// processorTime returns the time that has passed, which is no less.
func processorTime() time.Duration { return time.Since(begun) }
