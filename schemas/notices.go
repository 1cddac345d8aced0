package schemas

// Notice is one message to one person, by template. Its variables hold ids, amounts and times; names and addresses are
// looked up where the message leaves, and never travel through a workflow.
type Notice struct {
	Template string            `json:"template"`
	To       Actor             `json:"to"` // customer:<id> or a member of staff
	Vars     map[string]string `json:"vars,omitempty"`
}

// NoticeTemplate names a template and the variables it may use. Beside these, every template may use: merchant_id, order_id, case_id.
type NoticeTemplate struct {
	ID   string
	Vars []string
	// AtOnce is set where the message answers what its reader did this moment: quiet hours do not hold it back.
	AtOnce bool
	// TwoWays is set where one way is not enough: it leaves by a second one as well, where the reader has one.
	TwoWays bool
}

// SentTwoWays reports whether a template leaves by two ways.
func SentTwoWays(template string) bool {
	for _, t := range NoticeTemplates {
		if t.ID == template {
			return t.TwoWays
		}
	}
	return false
}

// SentAtOnce reports whether a template answers what its reader did this moment.
func SentAtOnce(template string) bool {
	for _, t := range NoticeTemplates {
		if t.ID == template {
			return t.AtOnce
		}
	}
	return false
}

// The templates of returns and exchanges (moments N1–N45). The texts are files, one per template and language, checked for every variable at load.
var NoticeTemplates = []NoticeTemplate{
	{ID: "ack.received", Vars: []string{"lines", "due"}, AtOnce: true},
	{ID: "case.invalid", Vars: []string{"why"}, AtOnce: true},
	{ID: "case.merged", Vars: []string{"holder"}},
	{ID: "info.missing", Vars: []string{"wanted", "due"}},
	{ID: "info.reminder", Vars: []string{"wanted", "due"}},
	{ID: "return.approved", Vars: []string{"lines", "freight", "label", "due"}},
	{ID: "refund.approved", Vars: []string{"lines", "amount", "due"}},
	{ID: "case.rejected", Vars: []string{"lines", "reason", "due"}},
	{ID: "decision.revoked", Vars: []string{"lines", "reason", "due"}},
	{ID: "appeal.filed", Vars: []string{"lines", "due"}, AtOnce: true},
	{ID: "appeal.decided", Vars: []string{"lines", "decision", "reason"}},
	{ID: "offer.made", Vars: []string{"lines", "what", "amount", "due"}},
	{ID: "offer.reminder", Vars: []string{"lines", "what", "amount", "due"}},
	{ID: "offer.lapsed", Vars: []string{"lines"}},
	{ID: "return.reminder", Vars: []string{"lines", "due"}},
	{ID: "return.extended", Vars: []string{"due"}, AtOnce: true},
	{ID: "return.received", Vars: []string{"lines", "due"}},
	{ID: "logistics.exception", Vars: []string{"waybill", "status"}},
	{ID: "parcel.unknown", Vars: []string{"waybill", "due"}},
	{ID: "inspect.pass", Vars: []string{"lines"}},
	{ID: "inspect.fail", Vars: []string{"lines", "finding", "deduction", "amount", "due"}},
	{ID: "inspect.reminder", Vars: []string{"lines", "due"}},
	{ID: "goods.sent_back", Vars: []string{"lines", "waybill"}},
	{ID: "goods.kept", Vars: []string{"lines", "due"}},
	{ID: "refund.started", Vars: []string{"amount", "method", "due"}},
	{ID: "refund.fallback", Vars: []string{"method"}},
	{ID: "refund.done", Vars: []string{"amount", "method"}},
	{ID: "refund.failed", Vars: []string{"amount"}},
	{ID: "refund.reduced", Vars: []string{"lines", "amount", "short"}},
	{ID: "refund.reversed", Vars: []string{"amount"}},
	{ID: "case.withdrawn", Vars: []string{"lines"}, AtOnce: true},
	{ID: "case.expired", Vars: []string{"lines"}, TwoWays: true},
	{ID: "case.unreachable", Vars: []string{"lines", "due"}, TwoWays: true},
	{ID: "case.progress", Vars: []string{"waiting", "due"}},
	{ID: "case.reply", Vars: []string{"text_id"}},
	{ID: "case.closed", Vars: []string{"outcome", "amount"}},
	{ID: "exchange.approved", Vars: []string{"lines", "freight", "label", "due"}},
	{ID: "exchange.inspected", Vars: []string{"lines"}},
	{ID: "exchange.finding", Vars: []string{"lines", "finding", "deduction", "amount", "due"}},
	{ID: "exchange.other_product", Vars: []string{"lines", "due"}},
	{ID: "exchange.deposit_back", Vars: []string{"amount"}},
	{ID: "exchange.out_of_stock", Vars: []string{"lines", "expected", "due"}},
	{ID: "exchange.payment", Vars: []string{"lines", "what", "amount", "method", "due"}},
	{ID: "exchange.paid", Vars: []string{"lines", "amount"}},
	{ID: "exchange.declined", Vars: []string{"lines", "amount", "method", "due"}},
	{ID: "exchange.shipped", Vars: []string{"lines", "waybill", "due"}},
	{ID: "exchange.delivered", Vars: []string{"lines", "waybill", "due"}},
	{ID: "exchange.lost", Vars: []string{"lines", "waybill", "due"}},
	{ID: "exchange.undelivered", Vars: []string{"lines", "waybill", "due"}},
	{ID: "goods.returned", Vars: []string{"lines", "waybill", "due"}},
	{ID: "pickup.booked", Vars: []string{"lines", "waybill", "from", "due"}},
	{ID: "pickup.missed", Vars: []string{"lines", "waybill", "due"}},
	{ID: "exchange.send_old", Vars: []string{"lines", "due"}},
	{ID: "exchange.deposit_taken", Vars: []string{"lines", "amount"}},
	{ID: "exchange.money_offered", Vars: []string{"lines", "due"}},
	{ID: "exchange.reminder", Vars: []string{"lines", "what", "due"}},
	{ID: "external.confirmed", Vars: []string{"dispute"}},
	{ID: "external.settled", Vars: []string{"amount"}},
	{ID: "case.converted", Vars: []string{"successor", "lines"}},
	{ID: "return.exchange_offered", Vars: []string{"lines", "sku", "due"}},
	{ID: "return.converted", Vars: []string{"successor", "lines"}},
	{ID: "return.no_exchange", Vars: []string{"lines"}},
	{ID: "case.continued", Vars: []string{"predecessor"}},
	{ID: "survey.invite", Vars: []string{"due"}},
	{ID: "survey.remind", Vars: []string{"due"}},
	{ID: "survey.again", Vars: []string{"due"}},
	{ID: "recovery.contact", Vars: []string{"due"}, AtOnce: true},
	{ID: "staff.assigned", Vars: []string{"kind", "lines", "due"}},
	{ID: "staff.message", Vars: []string{"text_id"}},
	{ID: "staff.sla_warn", Vars: []string{"clock", "due"}},
	{ID: "staff.sla_breach", Vars: []string{"clock", "level"}},
	{ID: "staff.escalated", Vars: []string{"level", "reason", "due"}},
	{ID: "staff.approval", Vars: []string{"subject", "amount", "due"}},
	{ID: "staff.law", Vars: []string{"clock", "due"}},
	{ID: "staff.external", Vars: []string{"dispute", "number", "due"}},
	{ID: "staff.external_over", Vars: []string{"dispute", "number", "decision"}},
	{ID: "staff.external_alone", Vars: []string{"dispute", "number", "amount", "due"}},
	{ID: "staff.external_alone_again", Vars: []string{"dispute", "number", "amount", "due"}},
	{ID: "staff.external_alone_over", Vars: []string{"dispute", "number", "amount", "decision"}},
	{ID: "staff.task", Vars: []string{"task", "due"}},
	{ID: "staff.refund_failed", Vars: []string{"amount", "code", "due"}},
	{ID: "staff.low_score", Vars: []string{"overall", "solved", "due"}},
	{ID: "staff.case_lost", Vars: []string{"how", "ended_at", "reason"}},
	{ID: "staff.stuck", Vars: []string{"step", "cause"}},
}
