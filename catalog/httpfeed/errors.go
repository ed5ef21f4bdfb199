package httpfeed

import "github.com/patchbay/patchbay/internal/egress"

// What Load, OpenArtifact and artifacts fail with beside connector.Faults and
// the context's errors; find them with errors.As.
type (
	// URLError refuses a URL as it is written. It wraps fs.ErrInvalid.
	URLError = egress.URLError
	// AddressError refuses a host or an address. It wraps fs.ErrPermission.
	AddressError = egress.AddressError
	// RedirectError says why a redirect was not followed.
	RedirectError = egress.RedirectError
	// StatusError is an unexpected status. It wraps fs.ErrNotExist for 404 and 410,
	// fs.ErrPermission for 401 and 403.
	StatusError = egress.StatusError
	// ContentTypeError says what came instead of JSON.
	ContentTypeError = egress.ContentTypeError
	// EncodingError refuses a compressed body.
	EncodingError = egress.EncodingError
	// TooLargeError refuses a body larger than allowed.
	TooLargeError = egress.TooLargeError
	// TruncatedError is a body that ended early. It wraps io.ErrUnexpectedEOF.
	TruncatedError = egress.TruncatedError
	// TimeoutError is a server that is too slow. It wraps os.ErrDeadlineExceeded.
	TimeoutError = egress.TimeoutError
)
