package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
)

func TestP4_TagOfAVersion(t *testing.T) {
	t.Parallel()
	const a, b, c = "1.0.0", "2.0.0", "3.0.0"
	for _, tt := range []struct {
		version, active, previous, newest string
		want                              catalog.Tag
	}{
		{a, a, "", c, catalog.Active},
		{a, a, a, a, catalog.Active},
		{a, b, a, c, catalog.PreviouslyInstalled},
		{a, b, a, a, catalog.PreviouslyInstalled},
		{c, b, a, c, catalog.LatestNotInstalled},
		{c, "", "", c, catalog.LatestNotInstalled},
		{b, a, "", c, catalog.Untagged},
		{b, "", "", "", catalog.Untagged},
		{"", "", "", "", catalog.Untagged},
	} {
		assert.Equal(t, tt.want, catalog.VersionTag(tt.version, tt.active, tt.previous, tt.newest), "%+v", tt)
	}
}

func TestP4_TagOfARow(t *testing.T) {
	t.Parallel()
	assert.Equal(t, catalog.Active, catalog.RowTag("1.0.0", "0.9.0", "2.0.0"))
	assert.Equal(t, catalog.PreviouslyInstalled, catalog.RowTag("", "0.9.0", "2.0.0"))
	assert.Equal(t, catalog.LatestNotInstalled, catalog.RowTag("", "", "2.0.0"))
	assert.Equal(t, catalog.Untagged, catalog.RowTag("", "", ""))
}
