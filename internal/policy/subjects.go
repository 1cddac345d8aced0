package policy

// Subject is something whose length rules give: a clock of a story, a duty that the law knows, the window of a right. What
// several layers say of one subject is weighed: of a duty the earliest due counts, of a right the latest end.
type Subject struct {
	Name  string
	Right bool   // the customer's; everything else is somebody's duty towards the customer, or a pause of the system's own
	En    string // what it is, as part of a sentence
	Zh    string
	// Clock is set where every policy must give it a length, because a story starts it by this name.
	Clock bool
}

// Subjects lists everything a rule can speak about, in the order of a case's life. Those of kinds that have no story yet can
// be computed and explained; nothing starts them.
var Subjects = []Subject{
	{"ack", false, "the acknowledgement of a request", "受理确认", true},
	{"first_reply", false, "the first reply", "首次回复", true},
	{"definite_reply", false, "the definite reply", "明确答复", true},
	{"formalities", false, "the merchant's formalities", "商家办理手续", true},
	{"update", false, "the next word to the customer", "向客户通报进度", true},
	{"escalation", false, "the acceptance of an escalation", "升级受理", true},
	{"idle", false, "the alarm about a case nobody touches", "案件无人处理提醒", true},
	{"idle_again", false, "the second alarm about a case nobody touches", "案件无人处理再次提醒", true},
	{"max", false, "the resolution of the case", "案件办结", true},

	{"law.refund", false, "the refund of returned goods", "退回商品后的退款", true},
	{"law.withdrawal_refund", false, "the refund after a withdrawal", "撤回合同后的退款", false},
	{"law.agreed_refund", false, "the refund the trader has agreed to", "商家同意后的退款", false},
	{"law.formalities", false, "the formalities of a return, with a true address", "办理退货手续", false},
	{"law.remedy", false, "repair, exchange, return or refund on grounds of quality", "质量问题的修理、更换、退货或退款", false},
	{"law.prepaid_refund", false, "the refund of a prepaid sum", "预付款退款", false},
	{"law.repair", false, "the repair of an item handed in", "送修商品的修理", false},
	{"law.parts", false, "the supply of parts for a repair", "维修配件供应", false},
	{"law.courier_answer", false, "the carrier's answer to a complaint", "快递企业处理投诉", false},

	{"return.submitted", false, "the look of the system at a request", "系统受理", true},
	{"return.wait_info", true, "the customer's answer to a question", "客户补充材料", true},
	{"return.review", false, "the review of a return", "退货审核", true},
	{"return.negotiating", true, "the customer's answer to an offer", "客户答复协商方案", true},
	{"return.rejected", true, "the customer's objection to a refusal", "客户对拒绝提出异议", true},
	{"return.appeal", false, "the decision of an appeal", "申诉处理", true},
	{"return.appeal_again", false, "the decision of an appeal on the next level", "上一级申诉处理", true},
	{"return.wait_shipback", true, "the sending back of the goods", "客户寄回商品", true},
	{"return.shipback_extension", true, "the extension of the sending back", "寄回延期", true},
	{"return.in_transit", false, "the next movement of a parcel", "包裹物流更新", true},
	{"return.in_transit_max", false, "the arrival of a parcel", "包裹送达", true},
	{"return.receipt", false, "the merchant's confirmation of the receipt", "商家确认收货", false},
	{"return.received", false, "the inspection of the goods", "验货", true},
	{"return.inspection_failed", true, "the customer's answer to a finding", "客户答复验货结果", true},
	{"return.goods_kept", true, "the keeping of disputed goods", "争议商品保管", true},
	{"return.goods_notice", true, "the last notice about disputed goods", "争议商品最后通知", true},
	{"return.send_back", false, "the way of the goods back to the customer", "商品寄还客户", true},
	{"return.refund_approved", false, "the order of an approved refund", "发起已批准的退款", true},
	{"return.approval", false, "the decision of a second person", "第二人审批", true},
	{"return.approval_deputy", false, "the decision of the deputy", "代理人审批", true},
	{"return.refund_processing", false, "the provider's report on a refund", "支付机构退款结果", true},
	{"return.refund_poll", false, "the pause between two questions to the provider", "查询退款的间隔", true},
	{"return.refund_processing_max", false, "the end of a refund at the provider", "支付机构完成退款", true},
	{"return.refund_failed", false, "another way to pay", "另行退款", true},
	{"return.refund_failed_again", false, "another way to pay, on the next level", "主管另行退款", true},
	{"return.refund_parked", false, "the reminder of money that is still owed", "未付款项提醒", true},

	{"exchange.submitted", false, "the look of the system and the warehouse at an exchange", "换货受理", true},
	{"exchange.wait_info", true, "the customer's answer to a question about an exchange", "客户补充换货材料", true},
	{"exchange.review", false, "the review of an exchange", "换货审核", true},
	{"exchange.negotiating", true, "the customer's answer to an offer instead of an exchange", "客户答复换货协商方案", true},
	{"exchange.rejected", true, "the customer's objection to a refused exchange", "客户对拒绝换货提出异议", true},
	{"exchange.appeal", false, "the decision of an appeal about an exchange", "换货申诉处理", true},
	{"exchange.appeal_again", false, "the decision of an appeal about an exchange on the next level", "上一级换货申诉处理", true},
	{"exchange.out_of_stock", true, "the customer's choice where the replacement is out of stock", "客户缺货选择", true},
	{"exchange.out_of_stock_again", true, "the customer's choice before the money is refunded", "客户缺货再次选择", true},
	{"exchange.stock_wait", false, "the arrival of a replacement that is waited for", "等待补货", true},
	{"exchange.wait_shipback", true, "the sending back of the old goods", "客户寄回旧商品", true},
	{"exchange.shipback_extension", true, "the extension of the sending back of the old goods", "旧商品寄回延期", true},
	{"exchange.in_transit", false, "the next movement of the old goods", "旧商品物流更新", true},
	{"exchange.in_transit_max", false, "the arrival of the old goods", "旧商品送达", true},
	{"exchange.received", false, "the inspection of the old goods", "旧商品验货", true},
	{"exchange.inspection_failed", true, "the customer's answer to a finding about the old goods", "客户答复旧商品验货结果", true},
	{"exchange.goods_kept", true, "the keeping of disputed old goods", "争议旧商品保管", true},
	{"exchange.goods_notice", true, "the last notice about disputed old goods", "争议旧商品最后通知", true},
	{"exchange.send_back", false, "the way of the old goods back to the customer", "旧商品寄还客户", true},
	{"exchange.wait_payment", true, "the payment of the difference", "客户补差价", true},
	{"exchange.payment_again", true, "the payment of the difference before the money is refunded", "客户再次补差价", true},
	{"exchange.payment_poll", false, "the pause between two questions about a payment", "查询补款的间隔", true},
	{"exchange.ship", false, "the sending of the replacement", "换货发货", true},
	{"exchange.replacement", false, "the next movement of the replacement", "换货物流更新", true},
	{"exchange.confirm", true, "the customer's word on the replacement", "客户确认换货", true},
	{"exchange.replacement_lost", true, "the customer's choice after the replacement was lost", "换货丢失后客户选择", true},
	{"exchange.approval", false, "the decision of a second person about an exchange", "换货第二人审批", true},
	{"exchange.approval_deputy", false, "the decision of the deputy about an exchange", "换货代理人审批", true},
	{"exchange.refund_approved", false, "the order of what a replacement costs less", "发起换货差价退款", true},
	{"exchange.refund_processing", false, "the provider's report on the refund of a difference", "支付机构差价退款结果", true},
	{"exchange.refund_poll", false, "the pause between two questions about the refund of a difference", "查询差价退款的间隔", true},
	{"exchange.refund_processing_max", false, "the end of the refund of a difference at the provider", "支付机构完成差价退款", true},
	{"exchange.refund_failed", false, "another way to pay a difference", "差价另行退款", true},
	{"exchange.refund_failed_again", false, "another way to pay a difference, on the next level", "主管差价另行退款", true},
	{"exchange.refund_parked", false, "the reminder of a difference that is still owed", "未付差价提醒", true},

	{"refund.retry", false, "the pause before a refund is tried again", "退款重试间隔", true},
	{"rows.retry", false, "the pause before rows are written again", "数据重写间隔", true},
	{"step.parked", false, "the freeing of a step that failed for ever", "受阻步骤处理", true},
	{"step.parked_again", false, "the freeing of such a step by the next level", "上级处理受阻步骤", true},
	{"system", false, "a step of the system's own", "系统步骤", true},
	{"trace", false, "the carrier's answer to a trace", "快递查件答复", true},
	{"pickup", false, "a pick-up that the carrier has not kept", "快递未上门取件", true},
	{"refused_at_warehouse", false, "the settling of a parcel the warehouse refused", "仓库拒收处理", true},
	{"unreachable.span", false, "the time over which a customer must have been tried before they count as unreachable", "认定无法联系客户前的联系期", true},
	{"unreachable.notice", true, "the last notice to a customer who cannot be reached", "无法联系客户的最后通知", true},
	{"survey.wait", false, "the pause before the survey", "回访前间隔", true},
	{"survey.open", true, "the answer to a survey", "回访问卷", true},
	{"recovery", false, "the follow-up of a low score", "低分回访", true},
	{"recovery_survey", false, "the pause before one question is asked again", "再次回访间隔", true},

	{"external.chargeback", false, "the answer to a chargeback", "答复拒付", true},
	{"external.platform", false, "the answer to a platform", "答复平台介入", true},
	{"external.psp_complaint", false, "the answer to a complaint with the payment provider", "答复支付机构投诉", true},
	{"external.regulator", false, "the answer to an authority", "答复监管部门", true},
	{"external.adr", false, "the answer to a body for dispute resolution", "答复第三方调解", true},
	{"external.court", false, "the answer in a court case", "答复法院", true},
	{"external.decision", false, "the decision of a dispute", "争议裁决", true},
	{"hold.automation", false, "the look at a suspicion", "暂停自动处理复核", true},
	{"hold.refund", false, "the decision on a hold on refunds", "暂停退款复核", true},
	{"hold.shipment", false, "the decision on a hold on goods", "暂停发货复核", true},

	{"window.no_reason", true, "the right to return without a reason", "无理由退货", false},
	{"window.fault", true, "the right to return faulty goods", "质量问题退货", false},
	{"window.fault_exchange", true, "the right to exchange faulty goods", "质量问题换货", false},
	{"window.guarantee", true, "the guarantee", "质保", false},
	{"window.presumption", true, "the presumption that a fault was there from the beginning", "举证责任由商家承担", false},

	{"complaint.answer", false, "the answer to a complaint", "投诉答复", false},
	{"complaint.proof", false, "the proof that a complaint was handled", "投诉处理凭证", false},
	{"dispute.evidence", false, "the merchant's evidence in a dispute", "纠纷举证", false},
}

// Clocks names every clock a plan has. The stories start them by these names, so a policy with one missing is no policy.
var Clocks = func() []string {
	var names []string
	for _, s := range Subjects {
		if s.Clock {
			names = append(names, s.Name)
		}
	}
	return names
}()

// subject finds what a name stands for.
func subject(name string) (Subject, bool) {
	for _, s := range Subjects {
		if s.Name == name {
			return s, true
		}
	}
	return Subject{}, false
}
