package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// This file is the whole answer to "who may": roles by command, limits by amount, four eyes. The consoles repeat it to be
// polite; here it decides.

var (
	customer  = []schemas.Role{schemas.RoleCustomer}
	decides   = []schemas.Role{schemas.RoleAgent, schemas.RoleHandler, schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator}
	leads     = []schemas.Role{schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator}
	approves  = []schemas.Role{schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator}
	seconds   = append(append([]schemas.Role{}, approves...), schemas.RoleFinance)
	inspects  = []schemas.Role{schemas.RoleInspector, schemas.RoleOperator}
	pays      = []schemas.Role{schemas.RoleFinance, schemas.RoleOperator}
	skips     = append(append([]schemas.Role{}, decides...), schemas.RoleFinance)
	frees     = append(append([]schemas.Role{}, skips...), schemas.RoleInspector)
	staff     = append(append([]schemas.Role{}, decides...), schemas.RoleInspector, schemas.RoleFinance, schemas.RoleLegal)
	answers   = append(append([]schemas.Role{}, leads...), schemas.RoleHandler, schemas.RoleFinance, schemas.RoleLegal)
	holders   = append(append([]schemas.Role{}, leads...), schemas.RoleFinance, schemas.RoleLegal, schemas.RolePrivacy)
	forOthers = append(append([]schemas.Role{}, customer...), decides...) // staff may enter what a customer said on the phone
)

// mayGive lists, by command, the roles that may give it. An acceptance, an appeal, a withdrawal and a score are the customer's own:
// nobody consents in a customer's name.
var mayGive = map[string][]schemas.Role{
	schemas.CaseProvideInfo.Name:     forOthers,
	schemas.CaseRequestHuman.Name:    customer,
	schemas.CaseWithdraw.Name:        customer,
	schemas.CaseMessage.Name:         customer,
	schemas.CaseReply.Name:           decides,
	schemas.CaseNote.Name:            staff,
	schemas.CaseTransfer.Name:        decides,
	schemas.CaseTakeOver.Name:        {schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator},
	schemas.CaseEscalate.Name:        staff,
	schemas.CaseAccept.Name:          leads,
	schemas.CaseMerge.Name:           decides,
	schemas.CaseConvert.Name:         forOthers,
	schemas.CaseReopen.Name:          schemas.Reopeners,
	schemas.CaseMarkUnreachable.Name: decides,
	schemas.ReviewApprove.Name:       decides,
	schemas.ReviewReject.Name:        decides,
	schemas.DecisionRevoke.Name:      approves,
	schemas.ReviewRequestInfo.Name:   decides,
	schemas.OfferMake.Name:           decides,
	schemas.OfferAccept.Name:         customer,
	schemas.OfferDecline.Name:        customer,
	schemas.OfferCounter.Name:        customer,
	schemas.AppealFile.Name:          customer,
	schemas.AppealDecide.Name:        approves,
	schemas.ReturnSubmitWaybill.Name: forOthers,
	schemas.ShipbackExtend.Name:      forOthers,
	schemas.InspectionPass.Name:      inspects,
	schemas.InspectionFail.Name:      inspects,
	schemas.ApprovalGrant.Name:       append(append([]schemas.Role{}, seconds...), schemas.RoleInspector),
	schemas.ApprovalRefuse.Name:      append(append([]schemas.Role{}, seconds...), schemas.RoleInspector),
	schemas.ReplacementConfirm.Name:  customer,
	schemas.ReplacementReject.Name:   customer,
	schemas.RefundRetry.Name:         pays,
	schemas.RefundManualPaid.Name:    {schemas.RoleFinance},
	schemas.ExternalOpen.Name:        append(append([]schemas.Role{}, decides...), schemas.RoleFinance, schemas.RoleLegal),
	schemas.ExternalAnswer.Name:      answers,
	schemas.ExternalAccept.Name:      append(append([]schemas.Role{}, approves...), schemas.RoleFinance),
	schemas.ExternalSettle.Name:      append(append([]schemas.Role{}, approves...), schemas.RoleLegal),
	schemas.HoldSet.Name:             holders,
	schemas.HoldRelease.Name:         holders,
	schemas.StepRetry.Name:           frees,
	schemas.StepCorrect.Name:         frees,
	schemas.StepSkip.Name:            skips,
	schemas.SurveyAnswer.Name:        customer,
	schemas.RecoveryClose.Name:       leads,
}

// levelOf is the rung a role stands on.
func levelOf(r schemas.Role) int {
	switch r {
	case schemas.RoleTeamLead:
		return 2
	case schemas.RoleSupervisor:
		return 3
	case schemas.RoleManager:
		return 4
	case schemas.RoleExecutive, schemas.RoleOperator:
		return 5
	}
	return 1
}

// withinGoodwill holds a person to the role's limit for money beyond what the customer is owed.
func (c *Case) withinGoodwill(s *step, goodwill schemas.Money) *schemas.Refusal {
	if goodwill.Minor <= 0 || s.actor.Role == schemas.RoleOperator {
		return nil
	}
	limit, has := c.Plan.Limits.Goodwill[s.actor.Role]
	if has && goodwill.Minor <= limit {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeOverLimit, Message: fmt.Sprintf("%s is beyond what the customer is owed, and %s may grant %s; escalate it to %s.",
		goodwill, aRole(s.actor.Role), c.money(limit), c.whoMayGrant(goodwill))}
}

func (c *Case) whoMayGrant(goodwill schemas.Money) string {
	for _, r := range leads {
		if limit, has := c.Plan.Limits.Goodwill[r]; has && goodwill.Minor <= limit {
			return aRole(r)
		}
	}
	return "the operator"
}

// fourEyes refuses the second decision to whoever made the first.
func fourEyes(first *schemas.Actor, second schemas.Actor, what string) *schemas.Refusal {
	if first != nil && first.ID == second.ID && first.Role != schemas.RoleSystem {
		return &schemas.Refusal{Code: schemas.CodeFourEyes, Message: fmt.Sprintf("%s %s; another person must decide this.", second, what)}
	}
	return nil
}
