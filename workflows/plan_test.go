package workflows_test

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// thePlan is a plan with the numbers of the default policy, written out so that a test of a deadline can be read on its own.
func thePlan() schemas.Plan {
	clocks := map[string]schemas.ClockSpec{}
	set := func(name string, after time.Duration, spec schemas.ClockSpec) {
		spec.Rule, spec.After = "T-"+name+"@1", schemas.Duration(after)
		clocks[name] = spec
	}
	h := func(n int) schemas.Duration { return schemas.Duration(time.Duration(n) * time.Hour) }
	plain := schemas.ClockSpec{}
	day := 24 * time.Hour
	set("ack", time.Minute, plain)
	set("first_reply", 4*time.Hour, schemas.ClockSpec{Warn: []schemas.Duration{h(2), h(3)}})
	set("definite_reply", day, schemas.ClockSpec{Warn: []schemas.Duration{h(16), h(22)}})
	set("formalities", 48*time.Hour, schemas.ClockSpec{Warn: []schemas.Duration{h(24), h(40)}})
	set("update", 48*time.Hour, schemas.ClockSpec{Warn: []schemas.Duration{h(36)}})
	set("escalation", 4*time.Hour, plain)
	set("idle", 5*day, plain)
	set("idle_again", 5*day, plain)
	set("max", 45*day, plain)
	set("law.refund", 7*day, schemas.ClockSpec{Basis: "law", Warn: []schemas.Duration{h(96), h(144), h(164)}})
	set("return.submitted", time.Minute, plain)
	set("return.wait_info", 72*time.Hour, schemas.ClockSpec{Remind: []schemas.Duration{h(24), h(48)}})
	set("return.review", 20*time.Hour, plain)
	set("return.negotiating", 48*time.Hour, schemas.ClockSpec{Remind: []schemas.Duration{h(24)}})
	set("return.rejected", 7*day, plain)
	set("return.appeal", 48*time.Hour, plain)
	set("return.appeal_again", 48*time.Hour, plain)
	set("return.wait_shipback", 7*day, schemas.ClockSpec{Remind: []schemas.Duration{h(72), h(144)}})
	set("return.shipback_extension", 7*day, plain)
	set("return.in_transit", 72*time.Hour, plain)
	set("return.in_transit_max", 10*day, plain)
	set("return.received", 16*time.Hour, plain)
	set("return.inspection_failed", 72*time.Hour, schemas.ClockSpec{Remind: []schemas.Duration{h(24), h(48)}})
	set("return.goods_kept", 30*day, plain)
	set("return.goods_notice", 7*day, plain)
	set("return.send_back", 10*day, plain)
	set("return.refund_approved", 4*time.Hour, plain)
	set("return.approval", 2*time.Hour, plain)
	set("return.approval_deputy", 2*time.Hour, plain)
	set("return.refund_processing", 5*time.Minute, plain)
	set("return.refund_poll", time.Hour, plain)
	set("return.refund_processing_max", 3*day, plain)
	set("return.refund_failed", day, plain)
	set("return.refund_failed_again", 48*time.Hour, plain)
	set("return.refund_parked", day, plain)
	set("exchange.submitted", time.Minute, plain)
	set("exchange.wait_info", 72*time.Hour, plain)
	set("exchange.review", 16*time.Hour, plain)
	set("exchange.negotiating", 48*time.Hour, plain)
	set("exchange.rejected", 7*day, plain)
	set("exchange.appeal", 48*time.Hour, plain)
	set("exchange.appeal_again", 48*time.Hour, plain)
	set("exchange.out_of_stock", 48*time.Hour, plain)
	set("exchange.out_of_stock_again", 7*day, plain)
	set("exchange.stock_wait", 14*day, plain)
	set("exchange.wait_shipback", 7*day, schemas.ClockSpec{Remind: []schemas.Duration{h(72), h(144)}})
	set("exchange.shipback_extension", 7*day, plain)
	set("exchange.in_transit", 72*time.Hour, plain)
	set("exchange.in_transit_max", 10*day, plain)
	set("exchange.received", 12*time.Hour, plain)
	set("exchange.inspection_failed", 72*time.Hour, plain)
	set("exchange.goods_kept", 30*day, plain)
	set("exchange.goods_notice", 7*day, plain)
	set("exchange.send_back", 10*day, plain)
	set("exchange.wait_payment", 72*time.Hour, plain)
	set("exchange.payment_again", 72*time.Hour, plain)
	set("exchange.payment_poll", time.Hour, plain)
	set("exchange.ship", 20*time.Hour, plain)
	set("exchange.replacement", 72*time.Hour, plain)
	set("exchange.confirm", 7*day, plain)
	set("exchange.replacement_lost", 72*time.Hour, plain)
	set("exchange.approval", 2*time.Hour, plain)
	set("exchange.approval_deputy", 2*time.Hour, plain)
	set("exchange.refund_approved", 4*time.Hour, plain)
	set("exchange.refund_processing", 5*time.Minute, plain)
	set("exchange.refund_poll", time.Hour, plain)
	set("exchange.refund_processing_max", 3*day, plain)
	set("exchange.refund_failed", day, plain)
	set("exchange.refund_failed_again", 48*time.Hour, plain)
	set("exchange.refund_parked", day, plain)
	set("unreachable.span", 3*day, plain)
	set("unreachable.notice", 7*day, plain)
	set("refund.retry", time.Hour, plain)
	set("survey.wait", day, plain)
	set("survey.open", 14*day, schemas.ClockSpec{Remind: []schemas.Duration{h(72)}})
	set("recovery", day, plain)
	set("recovery_survey", 3*day, plain)
	set("external.chargeback", 7*day, schemas.ClockSpec{Warn: []schemas.Duration{h(96), h(144), h(164)}})
	set("external.platform", 48*time.Hour, schemas.ClockSpec{Warn: []schemas.Duration{h(24), h(44)}})
	set("external.psp_complaint", day, schemas.ClockSpec{Warn: []schemas.Duration{h(20)}})
	set("external.regulator", day, schemas.ClockSpec{Warn: []schemas.Duration{h(20)}})
	set("external.adr", 7*day, plain)
	set("external.court", 7*day, plain)
	set("external.decision", 30*day, plain)
	set("hold.automation", day, plain)
	set("hold.refund", 7*day, plain)
	set("hold.shipment", 3*day, plain)
	set("system", time.Minute, plain)
	set("step.parked", day, plain)
	set("step.parked_again", 2*day, plain)
	set("rows.retry", 5*time.Second, plain)
	set("refused_at_warehouse", day, plain)
	set("pickup", day, plain)
	person := func(id string) []schemas.Person { return []schemas.Person{{ID: id + "-1", Deputy: id + "-2"}} }
	return schemas.Plan{
		Policy: "default", Version: "test", Currency: "USD", Priority: schemas.P2, Clocks: clocks, MaxRounds: 3, LastRung: schemas.GrantOwed,
		Limits: schemas.Limits{LargeRefund: usd(100000), Goodwill: map[schemas.Role]int64{
			schemas.RoleAgent: 700, schemas.RoleTeamLead: 7000, schemas.RoleSupervisor: 28000, schemas.RoleManager: 1000000,
		}},
		People: map[schemas.Role][]schemas.Person{
			schemas.RoleAgent: person("agent"), schemas.RoleTeamLead: person("lead"), schemas.RoleSupervisor: person("supervisor"),
			schemas.RoleManager: person("manager"), schemas.RoleExecutive: person("executive"), schemas.RoleFinance: person("finance"),
		},
		Ladder: []schemas.Rung{{Level: 2, Role: schemas.RoleTeamLead}, {Level: 3, Role: schemas.RoleSupervisor}, {Level: 4, Role: schemas.RoleManager}, {Level: 5, Role: schemas.RoleExecutive}},
		Survey: schemas.SurveySpec{LowOverall: 2, LowNPS: 6, QuietDays: 30},
	}
}

const hour = time.Hour
