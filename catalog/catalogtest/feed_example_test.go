package catalogtest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

func ExampleFakeFeed() {
	ctx := context.Background()
	feed := catalogtest.NewFakeFeed("fake")
	feed.Offer("slack", "1.0.0", []byte("package bytes"))

	first, err := feed.Load(ctx, catalog.FeedState{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Connectors[0].Key, first.Connectors[0].Releases[0].Artifact.Size)

	second, err := feed.Load(ctx, first.State)
	fmt.Println(second.Unchanged, err)

	feed.Fail(errors.New("the source is down"))
	_, err = feed.Load(ctx, first.State)
	fmt.Println(err)
	// Output:
	// slack 13
	// true <nil>
	// the source is down
}
