package auth

import (
	"crypto/fips140"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sealing and the local keys use nothing that GODEBUG=fips140=only refuses.
func TestSealWorksWithFIPS140Only(t *testing.T) {
	t.Parallel()
	if fips140.Enabled() {
		t.Skip("this is the process that the test is about")
	}
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe, "-test.count=1",
		"-test.run=^TestC8_(SealedOpensWhereItWasSealed|RewrapLeavesTheCiphertextAlone|KeyFileOutlivesTheProcess)$|^TestSealIsTriedWithFIPS140Only$")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only", "PATCHBAY_TEST_FIPS=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestSealIsTriedWithFIPS140Only makes sure that the process above is what it is
// meant to be.
func TestSealIsTriedWithFIPS140Only(t *testing.T) {
	t.Parallel()
	if os.Getenv("PATCHBAY_TEST_FIPS") == "" {
		t.Skip("only run by TestSealWorksWithFIPS140Only")
	}
	require.True(t, fips140.Enabled())
}
