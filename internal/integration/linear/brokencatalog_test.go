package linear_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every history here is broken in one way, but the last ones.
func TestS2_TheJudgeSeesWhatACatalogGetsWrong(t *testing.T) {
	t.Parallel()
	made := func(id, mark string, name int) *reply { return &reply{Rows: []entry{{Name: name, ID: id, Mark: mark}}} }
	create := func(mark string, name int) wish { return wish{Do: "create", Mark: mark, Name: name} }
	policy := func(base int64, mark string) wish { return wish{Do: "put policy", Base: base, Mark: mark} }
	one := log{{"connect", "A"}: 1}
	tests := map[string]struct {
		calls []catalogCall
		audit log
		want  string // empty: it is as it should be
	}{
		"two connections of one name": {[]catalogCall{
			{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 9}, {In: create("b", 0), Out: made("B", "b", 0), Begun: 1, Ended: 9},
		}, log{{"connect", "A"}: 1, {"connect", "B"}: 1}, "folder 0: no order"},
		"a connection that is lost": {[]catalogCall{
			{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 2}, {In: wish{Do: "get", ID: "A"}, Out: &reply{Err: notFound}, Begun: 3, Ended: 4},
		}, one, "folder 0: no order"},
		"a name that is taken by nobody": {[]catalogCall{
			{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 2}, {In: wish{Do: "delete", ID: "A"}, Out: &reply{}, Begun: 3, Ended: 4},
			{In: create("b", 0), Out: &reply{Err: exists}, Begun: 5, Ended: 6},
		}, log{{"connect", "A"}: 1, {"delete connection", "A"}: 1}, "folder 0: no order"},
		"a name that is taken for what is not there": {[]catalogCall{
			{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 2}, {In: wish{Do: "rename", ID: "A", Name: 1}, Out: &reply{Err: exists}, Begun: 3, Ended: 20},
			{In: wish{Do: "delete", ID: "A"}, Out: &reply{}, Begun: 4, Ended: 5}, {In: create("b", 1), Out: made("B", "b", 1), Begun: 6, Ended: 7},
		}, log{{"connect", "A"}: 1, {"connect", "B"}: 1, {"delete connection", "A"}: 1}, "folder 0: no order"},
		"a connection made twice": {[]catalogCall{
			{In: create("a", 0), Begun: 1, Ended: never}, {In: wish{Do: "list"}, Out: made("A", "a", 0), Begun: 3, Ended: 4},
			{In: wish{Do: "list"}, Out: made("B", "a", 0), Begun: 5, Ended: 6},
		}, one, "made twice"},
		"two winners of one revision": {[]catalogCall{
			{In: policy(0, "a"), Out: &reply{Rev: 1, Mark: "a"}, Begun: 1, Ended: 2},
			{In: policy(1, "b"), Out: &reply{Rev: 2, Mark: "b"}, Begun: 3, Ended: 9}, {In: policy(1, "c"), Out: &reply{Rev: 3, Mark: "c"}, Begun: 3, Ended: 9},
		}, log{{"put policy", policyID(0)}: 3}, "policy 0: no order"},
		"a policy that is lost": {[]catalogCall{
			{In: policy(0, "a"), Out: &reply{Rev: 1, Mark: "a"}, Begun: 1, Ended: 2},
			{Client: finally, In: wish{Do: "read policy"}, Out: &reply{Err: notFound}, Begun: 3, Ended: 4},
		}, log{{"put policy", policyID(0)}: 1}, "policy 0: no order"},
		"a policy read backwards": {[]catalogCall{
			{In: policy(0, "a"), Out: &reply{Rev: 1, Mark: "a"}, Begun: 1, Ended: 2}, {In: policy(1, "b"), Out: &reply{Rev: 2, Mark: "b"}, Begun: 3, Ended: 4},
			{In: wish{Do: "read policy"}, Out: &reply{Rev: 1, Mark: "a"}, Begun: 5, Ended: 6},
		}, log{{"put policy", policyID(0)}: 2}, "after 2"},
		"nothing in the audit log": {[]catalogCall{{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 2}}, nil, "audit log"},
		"twice in the audit log": {[]catalogCall{
			{In: create("a", 0), Out: made("A", "a", 0), Begun: 1, Ended: 2},
		}, log{{"connect", "A"}: 2}, "at most"},
		"an error that nobody knows": {[]catalogCall{{In: create("a", 0), Out: &reply{Err: "database is locked"}, Begun: 1, Ended: 2}}, nil, "database is locked"},

		"made by one who was killed": {[]catalogCall{
			{In: create("a", 0), Begun: 1, Ended: never}, {In: wish{Do: "list"}, Out: made("A", "a", 0), Begun: 3, Ended: 4},
			{In: policy(0, "p"), Begun: 5, Ended: never}, {In: policy(0, "q"), Out: &reply{Err: conflict}, Begun: 6, Ended: 7},
			{Client: finally, In: wish{Do: "read policy"}, Out: &reply{Rev: 9, Mark: "p"}, Begun: 8, Ended: 9},
		}, log{{"connect", "A"}: 1, {"put policy", policyID(0)}: 1}, ""},
		"not made by one who was killed": {[]catalogCall{
			{In: create("a", 0), Begun: 1, Ended: never}, {In: create("b", 0), Out: made("A", "b", 0), Begun: 3, Ended: 4},
		}, one, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := judgeCatalog(tt.calls, tt.audit, time.Minute)
			require.Zero(t, v.unknown)
			if tt.want == "" {
				assert.Empty(t, v.faults)
				return
			}
			assert.Contains(t, strings.Join(v.faults, "\n"), tt.want)
		})
	}
}
