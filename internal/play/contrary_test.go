package play

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// standsIn is a return of one line in a state.
func standsIn(state schemas.State) schemas.View {
	v := arrivedBack()
	v.State, v.Lines[0].State = state, state
	v.Lines[0].Verdict = schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true}
	return v
}

func TestWhoeverObjectsDoesSoOnce(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{schemas.OfferDecline.Name}, names(ObjectingCustomer.next(standsIn(schemas.InspectionFailed))))
	require.Equal(t, []string{schemas.OfferDecline.Name}, names(ObjectingCustomer.next(standsIn(schemas.Negotiating))))
	v := standsIn(schemas.RejectedAppealable)
	require.Equal(t, []string{schemas.AppealFile.Name}, names(ObjectingCustomer.next(v)))
	v.Lines[0].Rejection = &schemas.Rejection{Final: true}
	require.Empty(t, ObjectingCustomer.next(v))
}

func TestACustomerWhoWithdrawsDoesSoOnTheWay(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{schemas.ReviewApprove.Name}, names(WithdrawingCustomer.next(standsIn(schemas.Review))))
	v := standsIn(schemas.ReturnInTransit)
	require.Equal(t, []string{schemas.CaseWithdraw.Name}, names(WithdrawingCustomer.next(v)))
	v.Lines[0].LeavesAs = schemas.Withdrawn
	require.Empty(t, WithdrawingCustomer.next(v))
}

func TestAnAgentsMistakeIsTakenBackAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	v := standsIn(schemas.Review)
	require.Equal(t, []string{schemas.ReviewReject.Name}, names(MistakenAgent.next(v)))
	refused := standsIn(schemas.RejectedAppealable)
	took := MistakenAgent.next(refused)
	require.Equal(t, []string{schemas.DecisionRevoke.Name}, names(took))
	require.Equal(t, schemas.RoleSupervisor, took[0].by.Role)
	require.Nil(t, took[0].body.(schemas.Revoke).Check())
	v.Events = []schemas.Event{{Name: schemas.DecisionRevoke.Name}}
	require.Equal(t, []string{schemas.ReviewApprove.Name}, names(MistakenAgent.next(v)))
}

func TestWornGoodsAreGradedWithEvidence(t *testing.T) {
	t.Parallel()
	finding := CarelessCustomer.next(arrivedBack())[0].body.(schemas.Fail)
	require.Nil(t, finding.Check())
	require.Equal(t, [2]string{string(schemas.FindingUsed), string(schemas.GradeUsed)}, [2]string{string(finding.Finding), string(finding.Grade)})
	require.Empty(t, CarelessCustomer.next(standsIn(schemas.InspectionFailed))[0].body.(schemas.AnswerOffer).Choice)
}

func TestAFaultyReplacementIsRejectedWithEvidence(t *testing.T) {
	t.Parallel()
	there := opened
	v := standsIn(schemas.ReplacementInTransit)
	v.Kind, v.Lines[0].Replacement = schemas.KindExchange, &schemas.Replacement{Waybill: "RP1"}
	v.Parcels = []schemas.Parcel{{Waybill: "RP1", Direction: schemas.ToCustomer, ScannedAt: &there, DeliveredAt: &there}}
	rejects := UnluckyCustomer.next(v)
	require.Equal(t, []string{schemas.ReplacementReject.Name}, names(rejects))
	require.Nil(t, rejects[0].body.(schemas.RejectReplacement).Check())
	require.Equal(t, []string{schemas.ReplacementConfirm.Name}, names(Prompt.next(v)))
}
