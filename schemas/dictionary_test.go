package schemas_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestEveryWordIsExplainedByItsOwnComment(t *testing.T) {
	t.Parallel()
	for name, known := range map[string][]string{
		"Kind": {"return", "complaint"}, "Stage": {"INTAKE", "CLOSED"}, "State": {"SUBMITTED", "CLOSED"}, "Turn": {"customer", "nobody"},
		"Outcome": {"COMPLETED", "INVALID"}, "Priority": {"P0", "P3"}, "Role": {"customer", "system"}, "Reason": {"changed_mind", "other"},
	} {
		words := schemas.Words(name)
		require.GreaterOrEqual(t, len(words), 4, name)
		require.Equal(t, known[0], words[0].Value)
		require.Equal(t, known[1], words[len(words)-1].Value)
		for _, w := range words {
			require.NotEmpty(t, w.What, w.Value)
			require.Equal(t, name != "Priority", w.ZH != "", w.Value)
		}
	}
	require.Equal(t, schemas.Word{Value: "REVIEW", ZH: "商家审核", What: "a person of the merchant's decides on the wish"}, schemas.Words("State")[2])
	require.Len(t, schemas.Words("Role"), len(schemas.Roles))
	require.Len(t, schemas.Words("Reason"), len(schemas.Reasons))
	require.Empty(t, schemas.Words("Colour"))
}
