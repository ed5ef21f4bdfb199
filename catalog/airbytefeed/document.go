package airbytefeed

import (
	"fmt"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// Bounds of a document. They are far above any real one and keep a hostile
// one from growing in memory.
const (
	maxDefinitions = 50_000  // in each list, and of any other list or object inside
	maxDepth       = 64      // nesting within one definition
	maxParameters  = 500_000 // in the schemes of all of them: alternatives multiply
	maxShown       = 128     // bytes of the document repeated in a message
)

// document is the registry document. Everything else in it is ignored.
type document struct {
	Sources      []strictjson.Raw `json:"sources"`
	Destinations []strictjson.Raw `json:"destinations"`
}

// parse maps a whole registry document. Each of its definitions is either one of
// the connectors or one Problem with LostConnector. The error wraps
// connector.Faults.
func parse(data []byte) ([]connector.Connector, []connector.Problem, error) {
	return parseUpTo(data, maxParameters)
}

// parseUpTo is parse with another bound for the parameters of all schemes.
func parseUpTo(data []byte, parameters int) ([]connector.Connector, []connector.Problem, error) {
	var doc document
	faults := strictjson.Decode(data, &doc, &strictjson.Options{
		AllowUnknown: true, DeferRaw: true, MaxItems: maxDefinitions,
	})
	for _, list := range []struct {
		name string
		raw  []strictjson.Raw
	}{{"sources", doc.Sources}, {"destinations", doc.Destinations}} {
		// An empty list is a statement, a missing one is damage.
		if len(faults) == 0 && list.raw == nil {
			offset, _ := strictjson.Locate(data, "")
			faults = append(faults, strictjson.Fault{Offset: offset, Reason: "list " + list.name + " is missing"})
		}
	}
	lines := strictjson.NewLines(data)
	if len(faults) > 0 {
		var l faultlist.List
		l.Add(faults...)
		return nil, nil, fmt.Errorf("registry document is damaged: %w", connector.Faults(l.In(lines)))
	}
	m := mapper{lines: lines, claimed: map[connector.Key]string{}, budget: parameters}
	for _, raw := range doc.Sources {
		m.definition(source, raw)
	}
	for _, raw := range doc.Destinations {
		m.definition(destination, raw)
	}
	return m.connectors, m.problems, nil
}
