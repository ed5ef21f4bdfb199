package catalog

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Feed is a source of available connectors. Implementations: fsfeed, httpfeed,
// airbytefeed, npmfeed. A new one is tested with catalogtest.TestFeed.
//
// A Feed keeps no state between calls that matters: what must be remembered
// goes into FeedState. Load is called from one goroutine at a time per Feed;
// OpenArtifact from many.
type Feed interface {
	// Name identifies the feed in statuses, problems and the audit log. It is not
	// empty and the same for the whole life of the Feed.
	Name() string
	// Load reads the whole feed. prev is the State of the last update that the
	// catalog accepted, or the zero value, with what is Known. A bad entry becomes a Problem; an error means that
	// nothing was read, and the catalog keeps what it had (P16). What Load returns shares no memory with
	// the Feed or with another update. It honours ctx.
	//
	// An update that has a connector without a valid key, or a key twice, is refused as a whole; of what else is
	// wrong the catalog makes Problems too. Feeds that make their connectors themselves can be spared all that: what
	// connector.ParseIndex makes of Index.MarshalJSON is checked, separate from the original, and comes with its Problems.
	Load(ctx context.Context, prev FeedState) (*FeedUpdate, error)
}

// ArtifactOpener is a Feed that opens the artifacts it offers. The catalog
// opens the artifacts of other feeds by URL, which must then be absolute.
type ArtifactOpener interface {
	// OpenArtifact opens the bytes from the start. size is what the transport says,
	// -1 when it says nothing. With an error, which wraps fs.ErrNotExist when nothing is there, there is no
	// body; errors.ErrUnsupported leaves the artifact to Options.Artifacts. It honours ctx.
	OpenArtifact(ctx context.Context, a connector.Artifact) (body io.ReadCloser, size int64, err error)
}

// FeedState is what a feed wants to know at its next Load. The catalog stores
// it with the update it came with.
type FeedState struct {
	Digest       connector.Digest `json:"digest,omitempty"` // of the document's bytes
	ETag         string           `json:"etag,omitempty"`
	LastModified string           `json:"lastModified,omitempty"`

	// Known is what the catalog has of this feed already, so that a Load need not take in what is still the same. A
	// connector whose bytes have a digest that is in Known may be offered as a Document with key and sum and
	// without JSON: connector.ReadExcerpt does that. A Feed may ignore Known. One that wraps
	// another Feed, and has to see all that it offers, sets it to nil. It does not change during a Load, is not
	// stored, and is ignored in an update.
	Known *connector.Known `json:"-"`
}

// FeedUpdate is the outcome of a Load.
type FeedUpdate struct {
	// Unchanged says that the feed is as it was at prev; the rest but State is then zero.
	Unchanged bool
	State     FeedState

	// Version orders the states of a feed that has such a number (0: none). The
	// catalog refuses one that is lower than it has seen, or equal with another
	// State.Digest.
	Version uint64
	// Expires is when the update must no longer be accepted (zero: never).
	Expires time.Time

	Connectors []connector.Connector
	// Documents are more connectors, as their JSON: a feed in the native format has them
	// without decoding, and the catalog keeps them so.
	Documents []connector.Document
	Problems  []connector.Problem
}

// Decode moves Documents to Connectors, for whoever wants to look at them. One that was known when the
// feed was read (FeedState.Known) is an error.
func (u *FeedUpdate) Decode() error {
	for i := range u.Documents {
		c, err := u.Documents[i].Connector()
		if err != nil {
			return fmt.Errorf("%q: %w", u.Documents[i].Key(), err)
		}
		u.Connectors = append(u.Connectors, *c)
	}
	u.Documents = nil
	return nil
}
