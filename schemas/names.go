package schemas

import "slices"

// ActivityNames, CommandNames, FactNames and QueryNames list the wire names of messages.go. A golden test pins them.
var (
	ActivityNames = []string{
		CaseIntake.Name, ClaimsRelease.Name, CaseMayMerge.Name, MethodKnown.Name, WaybillFree.Name, RowsWrite.Name, ParcelRegister.Name, ParcelLabel.Name, ParcelSendBack.Name, ParcelTrace.Name,
		RefundRequest.Name, RefundLookup.Name, RefundConfirm.Name, RefundByHand.Name, GoodsDispose.Name,
		StockReserve.Name, StockRelease.Name, ReplacementShip.Name, ClaimsSettle.Name, ArticleFind.Name,
		PaymentRequest.Name, PaymentLookup.Name, PaymentLapse.Name, DepositHold.Name, DepositRelease.Name, DepositCapture.Name,
		DisputeBook.Name, DisputeSend.Name, DisputeTold.Name, EvidenceKeep.Name, NoticeSend.Name, SurveyInvite.Name,
		SweepFind.Name, SweepSettle.Name,
	}
	CommandNames = []string{
		CaseProvideInfo.Name, CaseRequestHuman.Name, CaseWithdraw.Name, CaseMessage.Name, CaseReply.Name, CaseNote.Name,
		CaseTransfer.Name, CaseTakeOver.Name, CaseEscalate.Name, CaseAccept.Name, CaseMerge.Name, CaseConvert.Name, CaseReopen.Name, CaseMarkUnreachable.Name,
		ReviewApprove.Name, ReviewReject.Name, DecisionRevoke.Name, ReviewRequestInfo.Name, OfferMake.Name, OfferAccept.Name, OfferDecline.Name, OfferCounter.Name,
		AppealFile.Name, AppealDecide.Name, ReturnSubmitWaybill.Name, ShipbackExtend.Name, InspectionPass.Name, InspectionFail.Name,
		ApprovalGrant.Name, ApprovalRefuse.Name, ReplacementConfirm.Name, ReplacementReject.Name, RefundRetry.Name, RefundManualPaid.Name,
		ExternalOpen.Name, ExternalAnswer.Name, ExternalAccept.Name, ExternalSettle.Name, HoldSet.Name, HoldRelease.Name,
		StepRetry.Name, StepCorrect.Name, StepSkip.Name, SurveyAnswer.Name, RecoveryClose.Name,
	}
	FactNames = []string{
		ParcelScanned.Name, ParcelDeliver.Name, ParcelException.Name, ParcelLoss.Name, ParcelDamage.Name, ParcelRefusal.Name, ParcelReturns.Name, PickupBooked.Name, PickupMissed.Name,
		GoodsReceived.Name, RefundSuccess.Name, RefundFailure.Name, RefundReversal.Name,
		PaymentSuccess.Name, PaymentFailure.Name, PaymentLapsed.Name, DepositVoided.Name, StockReserved.Name, StockLost.Name, ReplacementSent.Name,
		ExternalOpened.Name, ExternalUpdated.Name, ExternalDecided.Name, CaseMergedIn.Name,
	}
	QueryNames = []string{CaseShow.Name}
)

// IsCommand reports whether a name is a command's.
func IsCommand(name string) bool { return slices.Contains(CommandNames, name) }

// IsFact reports whether a name is a fact's.
func IsFact(name string) bool { return slices.Contains(FactNames, name) }
