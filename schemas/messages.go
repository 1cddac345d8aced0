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
	QueueCases    TaskQueue = "aftercare.cases"    // workflows and the activities on our own database
	QueueCourier  TaskQueue = "aftercare.courier"  // calls to carriers
	QueuePayments TaskQueue = "aftercare.payments" // calls to payment providers
	QueueStock    TaskQueue = "aftercare.stock"    // calls to the warehouse
	QueueNotices  TaskQueue = "aftercare.notices"  // messages and surveys
)

// TaskQueues lists every task queue a worker polls.
var TaskQueues = []TaskQueue{QueueCases, QueueCourier, QueuePayments, QueueStock, QueueNotices}

// The workflow types: one per kind of case.
const (
	WorkflowReturn   = "return"
	WorkflowExchange = "exchange"
)

// WorkflowSweep looks for cases whose workflow was ended from outside. It is no case, and a Schedule starts it.
const WorkflowSweep = "sweep"

// Activities.
var (
	CaseIntake      = Activity[IntakeOrder, Intake]{Name: "case.intake", Queue: QueueCases}                     // find the order, claim the units, make the plan
	ClaimsRelease   = Activity[ReleaseOrder, Nothing]{Name: "claims.release", Queue: QueueCases}                // free units whose goods stay with the customer
	CaseMayMerge    = Activity[MergeQuestion, Judged]{Name: "case.may_merge", Queue: QueueCases}                // ask our database whether another case can take lines
	MethodKnown     = Activity[MethodQuestion, Judged]{Name: "method.known", Queue: QueueCases}                 // ask our database whether the customer has a payment method
	WaybillFree     = Activity[WaybillQuestion, Judged]{Name: "waybill.free", Queue: QueueCases}                // ask our database whether a parcel is another customer's
	RowsWrite       = Activity[Flush, Written]{Name: "rows.write", Queue: QueueCases}                           // write events and rows; a local activity, the scribe's
	ParcelRegister  = Activity[ParcelOrder, Registered]{Name: "parcel.register", Queue: QueueCourier}           // ask the carrier to report on the customer's parcel
	ParcelLabel     = Activity[ParcelOrder, Parcel]{Name: "parcel.label", Queue: QueueCourier}                  // book the way back
	ParcelSendBack  = Activity[ParcelOrder, Parcel]{Name: "parcel.send_back", Queue: QueueCourier}              // book the way to the customer again
	ParcelTrace     = Activity[TraceOrder, TraceAnswer]{Name: "parcel.trace", Queue: QueueCourier}              // ask the carrier where a parcel is
	RefundRequest   = Activity[RefundOrder, RefundReceipt]{Name: "refund.request", Queue: QueuePayments}        // reserve in the ledger, then order a refund
	RefundLookup    = Activity[RefundQuestion, RefundReceipt]{Name: "refund.lookup", Queue: QueuePayments}      // ask the provider how a refund stands
	RefundConfirm   = Activity[RefundQuestion, RefundReceipt]{Name: "refund.confirm", Queue: QueuePayments}     // look a success up once more and book it with its units
	RefundByHand    = Activity[ByHandOrder, RefundReceipt]{Name: "refund.record_by_hand", Queue: QueuePayments} // book what finance paid outside the provider
	GoodsDispose    = Activity[DisposeOrder, Disposed]{Name: "goods.dispose", Queue: QueueStock}                // bring inspected goods where they belong
	StockReserve    = Activity[StockOrder, StockReceipt]{Name: "stock.reserve", Queue: QueueStock}              // have goods kept for a replacement
	StockRelease    = Activity[StockReleaseOrder, Nothing]{Name: "stock.release", Queue: QueueStock}            // give kept goods back
	ReplacementShip = Activity[ShipOrder, ShipReceipt]{Name: "replacement.ship", Queue: QueueStock}             // have kept goods sent to the customer
	ClaimsSettle    = Activity[SettleOrder, Nothing]{Name: "claims.settle", Queue: QueueCases}                  // mark units as replaced for good
	ArticleFind     = Activity[ArticleQuestion, ArticleAnswer]{Name: "article.find", Queue: QueueCases}         // look an article of the catalogue up
	PaymentRequest  = Activity[ChargeOrder, ChargeReceipt]{Name: "payment.request", Queue: QueuePayments}       // write into the ledger, then have the customer pay
	PaymentLookup   = Activity[ChargeQuestion, ChargeReceipt]{Name: "payment.lookup", Queue: QueuePayments}     // ask the provider how a charge stands
	PaymentLapse    = Activity[ChargeQuestion, ChargeReceipt]{Name: "payment.lapse", Queue: QueuePayments}      // give a charge up that has not succeeded
	DepositHold     = Activity[ChargeOrder, ChargeReceipt]{Name: "deposit.hold", Queue: QueuePayments}          // have a security held
	DepositRelease  = Activity[ChargeQuestion, ChargeReceipt]{Name: "deposit.release", Queue: QueuePayments}    // give a security back
	DepositCapture  = Activity[ChargeQuestion, ChargeReceipt]{Name: "deposit.capture", Queue: QueuePayments}    // take a security
	DisputeBook     = Activity[DisputeOrder, DisputeReceipt]{Name: "dispute.book", Queue: QueueCases}           // write a dispute into the ledger, with the money it takes
	DisputeSend     = Activity[DisputeAnswer, DisputeReceipt]{Name: "dispute.send", Queue: QueuePayments}       // hand our answer to a chargeback to the provider, or accept it
	DisputeTold     = Activity[DisputesTold, Nothing]{Name: "dispute.told", Queue: QueueCases}                  // note that people know of disputes that no case answers
	EvidenceKeep    = Activity[EvidenceOrder, EvidenceReceipt]{Name: "evidence.keep", Queue: QueueCases}        // make the evidence pack of a case and keep it
	NoticeSend      = Activity[NoticeOrder, NoticeReceipt]{Name: "notice.send", Queue: QueueNotices}            // send the messages of one step
	SweepFind       = Activity[SweepOrder, Found]{Name: "sweep.find", Queue: QueueCases}                        // compare open cases with their workflows
	SweepSettle     = Activity[LostWords, LostSettled]{Name: "sweep.settle", Queue: QueueCases}                 // give back what a lost case had reserved, once its money is known
	SurveyInvite    = Activity[SurveyOrder, SurveyReceipt]{Name: "survey.invite", Queue: QueueNotices}          // ask the customer, unless asked lately
)

// Commands.
var (
	CaseProvideInfo     = Command[ProvideInfo]{Name: "case.provide_info"}         // answer a question, or add evidence
	CaseRequestHuman    = Command[RequestHuman]{Name: "case.request_human"}       // ask for a person; never declined
	CaseWithdraw        = Command[Withdraw]{Name: "case.withdraw"}                // take the wish back, for one line or all
	CaseMessage         = Command[Message]{Name: "case.message"}                  // the customer writes
	CaseReply           = Command[Message]{Name: "case.reply"}                    // somebody answers the customer
	CaseNote            = Command[Message]{Name: "case.note"}                     // a note among staff
	CaseTransfer        = Command[Transfer]{Name: "case.transfer"}                // give the case to another person
	CaseTakeOver        = Command[Why]{Name: "case.take_over"}                    // take the case
	CaseEscalate        = Command[Escalate]{Name: "case.escalate"}                // raise the case to a level; without one, a level up
	CaseAccept          = Command[Nothing]{Name: "case.accept"}                   // take an escalated case on
	CaseMerge           = Command[Merge]{Name: "case.merge"}                      // end lines as duplicates of another case
	CaseConvert         = Command[Convert]{Name: "case.convert"}                  // let lines of a return go on as an exchange
	CaseReopen          = Command[Reopen]{Name: "case.reopen"}                    // have a case that has ended looked at again, once, within 15 days
	CaseMarkUnreachable = Command[MarkUnreachable]{Name: "case.mark_unreachable"} // say that the customer cannot be reached, with the attempts
	ReviewApprove       = Command[Approve]{Name: "review.approve"}                // grant the wish
	ReviewReject        = Command[Reject]{Name: "review.reject"}                  // refuse the wish; only a person can
	DecisionRevoke      = Command[Revoke]{Name: "decision.revoke"}                // take a mistaken decision back before goods or money have moved by it
	ReviewRequestInfo   = Command[RequestInfo]{Name: "review.request_info"}       // ask the customer for facts or photos
	OfferMake           = Command[MakeOffer]{Name: "offer.make"}                  // put an alternative to the customer
	OfferAccept         = Command[AnswerOffer]{Name: "offer.accept"}              // take the open offer
	OfferDecline        = Command[AnswerOffer]{Name: "offer.decline"}             // decline the open offer; after an inspection: dispute it
	OfferCounter        = Command[CounterOffer]{Name: "offer.counter"}            // decline the open offer and name another amount
	AppealFile          = Command[FileAppeal]{Name: "appeal.file"}                // ask for another look at a refusal; once
	AppealDecide        = Command[DecideAppeal]{Name: "appeal.decide"}            // end an appeal; not by whoever refused
	ReturnSubmitWaybill = Command[SubmitWaybill]{Name: "return.submit_waybill"}   // say in which parcel the goods come back
	ShipbackExtend      = Command[OnLines]{Name: "shipback.extend"}               // have more time to send the goods; once
	InspectionPass      = Command[Pass]{Name: "inspection.pass"}                  // accept returned goods
	InspectionFail      = Command[Fail]{Name: "inspection.fail"}                  // say what is not as declared, with evidence
	ApprovalGrant       = Command[DecideApproval]{Name: "approval.grant"}         // the second person's yes; not by the proposer
	ApprovalRefuse      = Command[DecideApproval]{Name: "approval.refuse"}        // the second person's no, with a reason
	ReplacementConfirm  = Command[OnLines]{Name: "replacement.confirm"}           // the replacement is there and right
	ReplacementReject   = Command[RejectReplacement]{Name: "replacement.reject"}  // the replacement is faulty or another article
	RefundRetry         = Command[RetryRefund]{Name: "refund.retry"}              // send a failed refund again, or to another account
	RefundManualPaid    = Command[ManualPaid]{Name: "refund.manual_paid"}         // record a payment outside the provider; a second person grants it
	StepRetry           = Command[RetryStep]{Name: "step.retry"}                  // try parked steps again
	StepCorrect         = Command[CorrectStep]{Name: "step.correct"}              // correct a datum that a parked step has used, and try it again
	StepSkip            = Command[SkipStep]{Name: "step.skip"}                    // propose to do without a parked step; a second person grants it
	ExternalOpen        = Command[ExternalWord]{Name: "external.open"}            // enter a dispute that somebody heard of
	ExternalAnswer      = Command[AnswerDispute]{Name: "external.answer"}         // hand our answer to a dispute in
	ExternalAccept      = Command[ConcedeDispute]{Name: "external.accept"}        // agree to a chargeback, instead of a refund
	ExternalSettle      = Command[ConcedeDispute]{Name: "external.settle"}        // record that both sides of a dispute agreed
	HoldSet             = Command[ChangeHold]{Name: "hold.set"}                   // place a hold
	HoldRelease         = Command[ChangeHold]{Name: "hold.release"}               // lift a hold that a person placed
	SurveyAnswer        = Command[AnswerSurvey]{Name: "survey.answer"}            // say how it went
	RecoveryClose       = Command[CloseRecovery]{Name: "recovery.close"}          // end the follow-up of a low score; not by the case's own agent
)

// Facts.
var (
	ParcelScanned   = Fact[ParcelWord]{Name: "parcel.scanned"}        // a parcel moved
	ParcelDeliver   = Fact[ParcelWord]{Name: "parcel.delivered"}      // a parcel was delivered
	ParcelException = Fact[ParcelWord]{Name: "parcel.exception"}      // a parcel has trouble
	ParcelLoss      = Fact[ParcelWord]{Name: "parcel.lost"}           // a parcel is lost
	ParcelDamage    = Fact[ParcelWord]{Name: "parcel.damaged"}        // a parcel is damaged beyond use
	ParcelRefusal   = Fact[ParcelWord]{Name: "parcel.refused"}        // our warehouse, or the customer, did not take a parcel
	ParcelReturns   = Fact[ParcelWord]{Name: "parcel.undeliverable"}  // the carrier could not hand a parcel over; it comes back to us
	PickupBooked    = Fact[ParcelWord]{Name: "pickup.booked"}         // the carrier fetches a parcel from the customer, in the slot given
	PickupMissed    = Fact[ParcelWord]{Name: "pickup.missed"}         // the carrier did not come to fetch a parcel
	GoodsReceived   = Fact[ParcelWord]{Name: "goods.received"}        // the warehouse has the goods
	RefundSuccess   = Fact[RefundWord]{Name: "refund.succeeded"}      // the money has arrived
	RefundFailure   = Fact[RefundWord]{Name: "refund.failed"}         // a refund did not go through
	RefundReversal  = Fact[RefundWord]{Name: "refund.reversed"}       // a refund came back after success
	PaymentSuccess  = Fact[ChargeWord]{Name: "payment.succeeded"}     // the customer has paid a charge
	PaymentFailure  = Fact[ChargeWord]{Name: "payment.failed"}        // a charge was declined
	PaymentLapsed   = Fact[ChargeWord]{Name: "payment.lapsed"}        // a charge can no longer be paid
	DepositVoided   = Fact[ChargeWord]{Name: "deposit.voided"}        // a deposit is no longer held
	StockReserved   = Fact[StockWord]{Name: "stock.reserved"}         // goods that were waited for are kept now
	StockLost       = Fact[StockWord]{Name: "stock.lost"}             // kept goods are not there any more
	ReplacementSent = Fact[ShipmentWord]{Name: "replacement.shipped"} // the warehouse has sent a replacement
	ExternalOpened  = Fact[ExternalWord]{Name: "external.opened"}     // a dispute has begun: a chargeback, or a complaint with a platform or an authority
	ExternalUpdated = Fact[ExternalWord]{Name: "external.updated"}    // a dispute has a new due, or goes on after a decision
	ExternalDecided = Fact[ExternalWord]{Name: "external.decided"}    // a dispute has ended
	CaseMergedIn    = Fact[MergedIn]{Name: "case.merged_in"}          // another case for the same units was merged into this one
)

// Queries.
var (
	// CaseShow answers the whole case.
	CaseShow = Query[View]{Name: "case.show"}
)

// Nothing is the answer, or the payload, of what needs none.
type Nothing struct{}
