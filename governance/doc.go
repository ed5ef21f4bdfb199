// Package governance decides who may make new connections, to which connectors,
// by which authentication schemes, and with which parameters preset.
//
// A [Policy] says what: rules on connectors and their schemes. An [Assignment] says
// for whom. [Compile] makes an [Engine] of all of them, which answers with a
// [Decision] that names the assignment, the policy with its revision, and the rule that
// spoke. It is all pure: no I/O, no clock, no state but the arguments.
//
// # Precedence
//
// One assignment decides for a subject, whole. In this order, the first that exists
// (rules G2, G3):
//
//	user          assigned to the user by name
//	group         of the user's groups with an assignment, the one with the lowest priority number
//	tenant        assigned to the tenant
//	organization  assigned to everybody
//
// Without any, everything is enabled (G1). [NoPolicy] is an assignment like any other: it means
// ungoverned and ends the search. Policies are never merged: what the deciding one does
// not say, no other one adds.
//
// Within that policy one rule decides on a connector, whole, and within that rule one
// scheme rule on a scheme (G4):
//
//	"acme/crm"    the connector's key        id "oauth2"           the scheme's id
//	"acme/*"      its publisher              type "oauth2.code"    the scheme's type
//	"*"           every connector            SchemeDefault         what no scheme rule names
//	Default       what no rule matches
//
// Two rules with the same match are a fault, so there is never a choice to be made
// silently. With Default or SchemeDefault set to [Disable], what is enabled is an allow-list; an
// empty one denies all.
//
// # Failing closed
//
// What cannot be evaluated is denied, with the reason (G9): a nil or zero Engine denies
// everything, a policy that is missing or faulty denies everything to those it is assigned to,
// two groups with an equal claim deny everything to those in both.
//
// # Only new connections
//
// Nothing here acts on what exists (G5). [Decision.Record] is what a connection stores of the
// decision that admitted it. [Preview] tells which existing connections would be
// refused if they were made after a change, and who would see what vanish or appear (G7);
// [Engine.Explain] tells why things are as they are (G8).
//
// # Presets
//
// A [Preset] gives a parameter its value, fixed or as a default, shown or hidden.
// [Decision.Form] leaves hidden ones out of a form, [Decision.Apply] puts the values in place
// and refuses what contradicts them. A preset [Secret] is sealed by [Policy.Seal] before it is stored
// and never comes out in the clear again, but as an auth.Secret from Apply (G11).
//
// # Changes
//
// [Engine.Apply] tries changes out: it refuses equal priorities (G3), stale revisions and
// the deletion of assigned policies (G12), and returns a new Engine, to be handed to
// Preview. [Engine.With] follows a store, whose changes are facts.
//
// An Engine and a Decision are safe for concurrent use. Everything else is plain data:
// safe as long as nobody writes to it.
package governance
