package schemas

// The descriptors below are plain data: a wire name and, in the type, what travels under it. The tiny generic helpers in
// workflows, activities and cases make a call from them, so that sender and receiver cannot disagree.

// Activity is a call from a case to the outside.
type Activity[In, Out any] struct {
	Name  string
	Queue TaskQueue
}

// Command is a person's decision. It travels as a Temporal Update, or as a Signal of the same name, inside an Order
// envelope, and is answered with a Receipt.
type Command[In any] struct{ Name string }

// Fact is what a machine reports. It travels as a Signal inside a Report envelope.
type Fact[In any] struct{ Name string }

// Query is a question about a case that changes nothing.
type Query[Out any] struct{ Name string }

// TaskQueue separates work by what it waits for, so that a slow provider holds up nobody else.
type TaskQueue string

const (
	QueueCases    TaskQueue = "aftercare.cases" // workflows and the activities on our own database
	QueueCourier  TaskQueue = "aftercare.courier"
	QueuePayments TaskQueue = "aftercare.payments"
	QueueStock    TaskQueue = "aftercare.stock"
	QueueNotices  TaskQueue = "aftercare.notices"
)

// TaskQueues lists every task queue a worker polls.
var TaskQueues = []TaskQueue{QueueCases, QueueCourier, QueuePayments, QueueStock, QueueNotices}

// WorkflowReturn is the workflow type of a return.
const WorkflowReturn = "return"

// Activities.
var (
	CaseIntake     = Activity[IntakeOrder, Intake]{Name: "case.intake", Queue: QueueCases}
	ClaimsRelease  = Activity[ReleaseOrder, Nothing]{Name: "claims.release", Queue: QueueCases}
	RowsWrite      = Activity[Flush, Written]{Name: "rows.write", Queue: QueueCases} // a local activity: the scribe's
	ParcelRegister = Activity[ParcelOrder, Parcel]{Name: "parcel.register", Queue: QueueCourier}
	ParcelLabel    = Activity[ParcelOrder, Parcel]{Name: "parcel.label", Queue: QueueCourier}
	ParcelSendBack = Activity[ParcelOrder, Parcel]{Name: "parcel.send_back", Queue: QueueCourier}
	ParcelTrace    = Activity[TraceOrder, TraceAnswer]{Name: "parcel.trace", Queue: QueueCourier}
	RefundRequest  = Activity[RefundOrder, RefundReceipt]{Name: "refund.request", Queue: QueuePayments}
	RefundLookup   = Activity[RefundQuestion, RefundReceipt]{Name: "refund.lookup", Queue: QueuePayments}
	RefundConfirm  = Activity[RefundQuestion, RefundReceipt]{Name: "refund.confirm", Queue: QueuePayments}
	RefundByHand   = Activity[ByHandOrder, RefundReceipt]{Name: "refund.record_by_hand", Queue: QueuePayments}
	GoodsDispose   = Activity[DisposeOrder, Nothing]{Name: "goods.dispose", Queue: QueueStock}
	NoticeSend     = Activity[NoticeOrder, NoticeReceipt]{Name: "notice.send", Queue: QueueNotices}
	SurveyInvite   = Activity[SurveyOrder, SurveyReceipt]{Name: "survey.invite", Queue: QueueNotices}
)

// Commands.
var (
	CaseProvideInfo     = Command[ProvideInfo]{Name: "case.provide_info"}
	CaseRequestHuman    = Command[RequestHuman]{Name: "case.request_human"}
	CaseWithdraw        = Command[Withdraw]{Name: "case.withdraw"}
	CaseMessage         = Command[Message]{Name: "case.message"}
	CaseReply           = Command[Message]{Name: "case.reply"}
	CaseNote            = Command[Message]{Name: "case.note"}
	CaseTransfer        = Command[Transfer]{Name: "case.transfer"}
	CaseTakeOver        = Command[Why]{Name: "case.take_over"}
	CaseEscalate        = Command[Escalate]{Name: "case.escalate"}
	CaseAccept          = Command[Nothing]{Name: "case.accept"}
	CaseMerge           = Command[Merge]{Name: "case.merge"}
	ReviewApprove       = Command[Approve]{Name: "review.approve"}
	ReviewReject        = Command[Reject]{Name: "review.reject"}
	ReviewRequestInfo   = Command[RequestInfo]{Name: "review.request_info"}
	OfferMake           = Command[MakeOffer]{Name: "offer.make"}
	OfferAccept         = Command[AnswerOffer]{Name: "offer.accept"}
	OfferDecline        = Command[AnswerOffer]{Name: "offer.decline"}
	OfferCounter        = Command[CounterOffer]{Name: "offer.counter"}
	AppealFile          = Command[FileAppeal]{Name: "appeal.file"}
	AppealDecide        = Command[DecideAppeal]{Name: "appeal.decide"}
	ReturnSubmitWaybill = Command[SubmitWaybill]{Name: "return.submit_waybill"}
	ShipbackExtend      = Command[OnLines]{Name: "shipback.extend"}
	InspectionPass      = Command[Pass]{Name: "inspection.pass"}
	InspectionFail      = Command[Fail]{Name: "inspection.fail"}
	ApprovalGrant       = Command[DecideApproval]{Name: "approval.grant"}
	ApprovalRefuse      = Command[DecideApproval]{Name: "approval.refuse"}
	RefundRetry         = Command[RetryRefund]{Name: "refund.retry"}
	RefundManualPaid    = Command[ManualPaid]{Name: "refund.manual_paid"}
	SurveyAnswer        = Command[AnswerSurvey]{Name: "survey.answer"}
	RecoveryClose       = Command[CloseRecovery]{Name: "recovery.close"}
)

// Facts.
var (
	ParcelScanned   = Fact[ParcelWord]{Name: "parcel.scanned"}
	ParcelDeliver   = Fact[ParcelWord]{Name: "parcel.delivered"}
	ParcelException = Fact[ParcelWord]{Name: "parcel.exception"}
	ParcelLoss      = Fact[ParcelWord]{Name: "parcel.lost"}
	ParcelDamage    = Fact[ParcelWord]{Name: "parcel.damaged"}
	ParcelRefusal   = Fact[ParcelWord]{Name: "parcel.refused"}
	GoodsReceived   = Fact[ParcelWord]{Name: "goods.received"}
	RefundSuccess   = Fact[RefundWord]{Name: "refund.succeeded"}
	RefundFailure   = Fact[RefundWord]{Name: "refund.failed"}
	RefundReversal  = Fact[RefundWord]{Name: "refund.reversed"}
	CaseMergedIn    = Fact[MergedIn]{Name: "case.merged_in"}
)

// Queries.
var (
	// CaseShow answers the whole case.
	CaseShow = Query[View]{Name: "case.show"}
)

// Nothing is the answer, or the payload, of what needs none.
type Nothing struct{}
