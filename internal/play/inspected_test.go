package play

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// arrivedBack is a return whose goods are at the warehouse.
func arrivedBack() schemas.View {
	return schemas.View{
		CaseID: "shop:r-1", Kind: schemas.KindReturn, CustomerID: "c-1", Owner: "agent-1", State: schemas.Received, Now: opened,
		Lines: []schemas.Line{{LineID: "1", State: schemas.Received}},
	}
}

func TestAnotherArticleIsShownWithEvidenceAndGoesBackToItsOwner(t *testing.T) {
	t.Parallel()
	v := arrivedBack()
	require.Equal(t, []string{schemas.InspectionPass.Name}, names(Prompt.next(v)))
	found := SwappingCustomer.next(v)
	require.Equal(t, []string{schemas.InspectionFail.Name}, names(found))
	finding := found[0].body.(schemas.Fail)
	require.Nil(t, finding.Check())
	require.Equal(t, schemas.FindingWrongItem, finding.Finding)
	require.Equal(t, schemas.Quarantine, finding.Disposition)

	v.Lines[0].State, v.State = schemas.InspectionFailed, schemas.InspectionFailed
	require.Equal(t, "send_back", SwappingCustomer.next(v)[0].body.(schemas.AnswerOffer).Choice)
	require.Empty(t, Prompt.next(v)[0].body.(schemas.AnswerOffer).Choice, "everybody else takes the deduction")
}

func TestAnotherInspectorLooksAtCostlyGoods(t *testing.T) {
	t.Parallel()
	v := arrivedBack()
	v.Lines[0].Unconfirmed = "a1"
	v.Approvals = []schemas.Approval{{ApprovalID: "a1", Asked: "supervisor-1", Proposer: schemas.Actor{Role: schemas.RoleInspector, ID: "inspector-1"}, Finding: &schemas.Fail{}}}
	looks := SwappingCustomer.next(v)
	require.Equal(t, []string{schemas.ApprovalGrant.Name}, names(looks), "and nobody finds it a second time meanwhile")
	require.Equal(t, schemas.RoleInspector, looks[0].by.Role)
	require.NotEqual(t, "inspector-1", looks[0].by.ID)
}
