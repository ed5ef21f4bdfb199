package connector

import (
	"encoding/json"
	"testing"
)

func BenchmarkParseIndex(b *testing.B) {
	data := bigIndex(b, 4<<20)
	b.Run("patchbay", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, problems, err := ParseIndex(data, nil); err != nil || len(problems) > 0 {
				b.Fatal(err, problems)
			}
		}
	})
	// The same structure without any check, for comparison.
	b.Run("encodingjson", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var doc struct {
				Connectors []struct {
					Digest    Digest
					Connector Connector
				}
			}
			if err := json.Unmarshal(data, &doc); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseKey("publisher/some-connector"); err != nil {
			b.Fatal(err)
		}
	}
}
