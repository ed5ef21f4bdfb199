package connector

// Fault is one thing wrong with a document, and where.
type Fault struct {
	Pointer string // RFC 6901 JSON pointer, such as "/connectors/3/releases/0/version"
	Line    int    // from 1; 0 where the document is not text
	Column  int    // from 1, in bytes
	Reason  string
}

// Loss says what a problem cost.
type Loss string

// The losses, from small to large.
const (
	LostNothing   Loss = ""          // the entry is offered whole; something in it could not be expressed
	LostRelease   Loss = "release"   // one release of the connector is not offered
	LostConnector Loss = "connector" // the connector is not offered
)

// Problem is one entry of a feed with everything that is wrong with it. It
// never spoils other entries (P16). Feed is filled in by the catalog.
type Problem struct {
	Feed    string
	Key     string // as the feed wrote it, even if it is no Key
	Version string // empty when the whole connector is meant
	Lost    Loss
	Faults  []Fault // at least one, in document order
}
