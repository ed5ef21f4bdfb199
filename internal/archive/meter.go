package archive

import (
	"context"
	"errors"
	"io"
)

// input counts the bytes taken from an archive and keeps the first error that
// is not the archive's fault: the context's or the medium's.
type input struct {
	ctx  context.Context //nolint:containedctx // lives as long as one Unpack
	r    io.Reader
	read int64
	err  error
}

func (in *input) Read(p []byte) (int, error) {
	if in.err == nil {
		in.err = in.ctx.Err()
	}
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	in.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		in.err = err
	}
	return n, err
}

// meter bounds a decompressed stream by its length and by the ratio to the
// input that it was made from.
type meter struct {
	limits Limits
	r      io.Reader
	in     func() int64 // compressed bytes taken so far; nil: there is no compression
	out    int64
	eof    bool  // somebody asked for more than there is
	err    error // the limit that was hit
}

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	if m.err = m.count(int64(n)); m.err != nil {
		return 0, m.err
	}
	if errors.Is(err, io.EOF) {
		if n > 0 {
			return n, nil // eof is for who reads past the last byte
		}
		m.eof = true
	}
	return n, err
}

// count adds n bytes of output.
func (m *meter) count(n int64) error {
	m.out += n
	if m.out > m.limits.Output {
		return &LimitError{Limit: "bytes unpacked", Max: m.limits.Output}
	}
	if m.in == nil || m.out <= m.limits.Floor {
		return nil
	}
	// Divided, not multiplied: the product could overflow.
	if m.out/m.limits.Ratio > m.in() {
		return &LimitError{Limit: "bytes unpacked for each byte packed", Max: m.limits.Ratio}
	}
	return nil
}

// seekable is a meter whose bytes can be passed over; they count all the same.
type seekable struct {
	*meter

	s io.Seeker
}

// Seek implements io.Seeker, forward only.
func (s seekable) Seek(offset int64, whence int) (int64, error) {
	at := s.out
	switch whence {
	case io.SeekCurrent:
		offset += at
	case io.SeekEnd:
		return 0, errors.ErrUnsupported
	}
	if s.err != nil {
		return at, s.err
	}
	if offset < at {
		return at, errors.ErrUnsupported
	}
	if s.err = s.count(offset - at); s.err != nil {
		return at, s.err
	}
	return s.s.Seek(offset, io.SeekStart)
}

// room reports whether n more bytes may come, before any of them does.
func (m *meter) room(n int64) error {
	switch {
	case n > m.limits.File:
		return &LimitError{Limit: "bytes in one file", Max: m.limits.File}
	case n > m.limits.Output-m.out:
		return &LimitError{Limit: "bytes unpacked", Max: m.limits.Output}
	}
	return nil
}
