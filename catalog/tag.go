package catalog

// Tag says how a version, or a connector's row, stands to what is installed.
type Tag string

// The tags, in order of precedence.
const (
	Active              Tag = "Active"
	PreviouslyInstalled Tag = "PreviouslyInstalled"
	LatestNotInstalled  Tag = "LatestNotInstalled"
	Untagged            Tag = ""
)

// VersionTag is the tag of one version (P4). It depends on nothing but the
// version that is active, the last one installed before it, and the newest
// eligible one; empty strings mean there is none.
func VersionTag(version, active, previous, newest string) Tag {
	switch version {
	case "":
		return Untagged
	case active:
		return Active
	case previous:
		return PreviouslyInstalled
	case newest:
		return LatestNotInstalled
	default:
		return Untagged
	}
}

// RowTag is the tag of a connector's row (P4).
func RowTag(active, previous, newest string) Tag {
	switch {
	case active != "":
		return Active
	case previous != "":
		return PreviouslyInstalled
	case newest != "":
		return LatestNotInstalled
	default:
		return Untagged
	}
}
