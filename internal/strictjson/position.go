package strictjson

import (
	"bytes"
	"strconv"
	"strings"
)

// Position returns the line and the column of an offset, both from 1; columns
// count bytes. An offset outside data means its nearest end.
func Position(data []byte, offset int) (line, column int) {
	return NewLines(data).At(offset)
}

// Lines finds the positions of many offsets of one document. It is quick when
// they are near each other, best in rising order. It is not for concurrent use.
type Lines struct {
	data  []byte
	at    int
	line  int // of at
	start int // of that line
	cuts  []cut
}

// NewLines returns the Lines of data.
func NewLines(data []byte) *Lines { return &Lines{data: data, line: 1} }

// At is Position.
func (l *Lines) At(offset int) (line, column int) {
	offset = max(0, min(offset, len(l.data)))
	between := l.data[min(l.at, offset):max(l.at, offset)]
	if n := bytes.Count(between, []byte{'\n'}); n > 0 {
		if offset < l.at {
			n = -n
		}
		l.line += n
		l.start = bytes.LastIndexByte(l.data[:offset], '\n') + 1
	}
	l.at = offset
	return inDocument(l.cuts, offset, l.start, l.line, offset-l.start+1)
}

// Locate returns where the value of a JSON pointer (RFC 6901) starts. If there
// is none, ok is false and offset is that of its nearest ancestor that exists. Of
// duplicate members the first counts.
func Locate(data []byte, pointer string) (offset int, ok bool) {
	offset = skipSpace(data, 0)
	if pointer == "" {
		return offset, offset < len(data)
	}
	if pointer[0] != '/' {
		return offset, false
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		at, found := child(data, offset, token)
		if !found {
			return offset, false
		}
		offset = at
	}
	return offset, true
}

// child returns where the member or element token of the value at i starts.
func child(data []byte, i int, token string) (at int, ok bool) {
	if i >= len(data) || (data[i] != '{' && data[i] != '[') {
		return 0, false
	}
	object := data[i] == '{'
	i = skipSpace(data, i+1)
	for n := 0; i < len(data) && data[i] != closer(object); n++ {
		hit := !object && token == strconv.Itoa(n)
		if object {
			start := i + 1
			end, reason := skipName(data, i)
			if reason != "" {
				return 0, false
			}
			stop, _, _ := scanString(data, start)
			hit = string(unescape(nil, data[start:stop])) == token
			i = skipSpace(data, end)
		}
		if hit {
			return i, i < len(data)
		}
		end, reason := skipValue(data, i)
		if reason != "" {
			return 0, false
		}
		i = skipSpace(data, end)
		if i < len(data) && data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	return 0, false
}
