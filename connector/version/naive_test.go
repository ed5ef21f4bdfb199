package version_test

import (
	"math/big"
	"strings"
)

// naiveCompare orders two valid versions. It shares nothing with the package:
// it takes the strings apart anew and compares numbers as big integers.
func naiveCompare(a, b string) int {
	if c := naivePrecedence(a, b); c != 0 {
		return c
	}
	_, buildA, _ := strings.Cut(a, "+")
	_, buildB, _ := strings.Cut(b, "+")
	return strings.Compare(buildA, buildB)
}

// naivePrecedence is naiveCompare without build metadata.
func naivePrecedence(a, b string) int {
	a, _, _ = strings.Cut(a, "+")
	b, _, _ = strings.Cut(b, "+")
	coreA, preA, isPreA := strings.Cut(a, "-")
	coreB, preB, isPreB := strings.Cut(b, "-")
	numbersA, numbersB := strings.Split(coreA, "."), strings.Split(coreB, ".")
	for i := range numbersA {
		if c := bigInt(numbersA[i]).Cmp(bigInt(numbersB[i])); c != 0 {
			return c
		}
	}
	switch {
	case !isPreA && !isPreB:
		return 0
	case !isPreA:
		return 1
	case !isPreB:
		return -1
	}
	idsA, idsB := strings.Split(preA, "."), strings.Split(preB, ".")
	for i := 0; i < len(idsA) && i < len(idsB); i++ {
		if c := naiveIdentifier(idsA[i], idsB[i]); c != 0 {
			return c
		}
	}
	return len(idsA) - len(idsB)
}

func naiveIdentifier(a, b string) int {
	x, y := bigInt(a), bigInt(b)
	switch {
	case x != nil && y != nil:
		return x.Cmp(y)
	case x != nil:
		return -1
	case y != nil:
		return 1
	default:
		return strings.Compare(a, b)
	}
}

// bigInt returns nil for what is not all digits.
func bigInt(s string) *big.Int {
	if strings.Trim(s, "0123456789") != "" {
		return nil
	}
	n, _ := new(big.Int).SetString(s, 10)
	return n
}

func isPrerelease(v string) bool {
	core, _, _ := strings.Cut(v, "+")
	return strings.Contains(core, "-")
}
