package workflows

import "github.com/aftercare/aftercare/schemas"

// parkableStep says of a call what a person can make of it once it has failed for ever.
type parkableStep struct {
	turn schemas.Turn
	// takes are the data of the order that step.correct can change.
	takes []string
	// skip is what doing without it means, once a second person has granted it. Empty where it is not skipped; why says so then.
	skip string
	why  string
	// money marks a step of which finance may be the second person.
	money bool
	// lapses lets the operator do without it when nobody on the ladder has freed it: nobody is owed anything for it.
	lapses bool
}

// successor is what opening the case that goes on with lines is called among the calls.
const successor = "case.successor"

// parkable are the steps that can be parked. docs/stuck.md has them as a table.
var parkable = map[string]parkableStep{
	schemas.CaseIntake.Name: {
		turn: schemas.TurnMerchant, why: "without the order nothing is known of the case; if nobody frees it, it ends as INVALID with the cause",
	},
	schemas.ParcelLabel.Name: {
		turn: schemas.TurnMerchant, takes: []string{"carrier"}, lapses: true,
		skip: "no label is made; the customer chooses a carrier, and the waybill is given with return.submit_waybill",
	},
	schemas.ParcelRegister.Name: {
		turn: schemas.TurnMerchant, takes: []string{"carrier"}, lapses: true,
		skip: "the carrier does not report by itself; it is asked when the parcel has not moved, and the warehouse reports what arrives",
	},
	schemas.ParcelSendBack.Name: {
		turn: schemas.TurnMerchant, takes: []string{"carrier"}, lapses: true,
		skip: "the goods cannot be sent home, so the customer is refunded their price",
	},
	schemas.ParcelTrace.Name: {
		turn: schemas.TurnMerchant, lapses: true,
		skip: "the carrier is not asked this time; the state's clock asks again, and a parcel that stays away for too long counts as lost",
	},
	schemas.StockReserve.Name: {
		turn: schemas.TurnWarehouse, lapses: true,
		skip: "the replacement counts as out of stock, and the customer chooses: wait, another model, or the money",
	},
	schemas.StockRelease.Name: {
		turn: schemas.TurnWarehouse, lapses: true,
		skip: "the goods stay kept at the warehouse until the reservation ends by itself",
	},
	schemas.ReplacementShip.Name: {
		turn: schemas.TurnWarehouse, lapses: true,
		skip: "this replacement is not sent; the customer chooses: wait, another model, or the money",
	},
	schemas.GoodsDispose.Name: {
		turn: schemas.TurnWarehouse, takes: []string{"disposition"}, lapses: true,
		skip: "the goods stay where they lie, booked nowhere; the next stock-taking finds them",
	},
	schemas.ArticleFind.Name: {
		turn: schemas.TurnMerchant, lapses: true,
		skip: "the other model is not looked up, and the customer's choice is open again",
	},
	schemas.ClaimsRelease.Name: {
		turn: schemas.TurnMerchant, lapses: true,
		skip: "the units stay claimed by this case; a new request for them waits for a person",
	},
	schemas.ClaimsSettle.Name: {
		turn: schemas.TurnMerchant, lapses: true,
		skip: "the units are not marked as replaced; a new request for them is judged by a person",
	},
	schemas.RefundConfirm.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the provider's first word counts: the refund stays booked as succeeded, and its units are not settled in the books",
	},
	schemas.RefundLookup.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the provider's first word counts: the difference counts as paid back, our books do not have its arrival, and the line goes on",
	},
	schemas.RefundByHand.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the payment by hand does not count; the refund stays failed and parked, and is still owed",
	},
	schemas.RefundRequest.Name: {
		turn: schemas.TurnMerchant, takes: []string{"method"}, money: true,
		why: "the customer is owed this money; record what was paid outside the provider with refund.manual_paid, which a second person grants",
	},
	schemas.PaymentRequest.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the merchant waives what the replacement costs more; the charge is given up, and what should still be paid is paid back",
	},
	schemas.DepositHold.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the replacement leaves without a deposit, at the merchant's risk",
	},
	schemas.DepositRelease.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the deposit stays in the books as held, and becomes void at the provider when its time is over; finance has the task",
	},
	schemas.DepositCapture.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the merchant does not take the deposit, and recovers by itself what is owed; the owner has the task",
	},
	schemas.PaymentLapse.Name: {
		turn: schemas.TurnMerchant, money: true,
		skip: "the charge stays in the books as it is; finance has the task, and pays back what should still be paid on it",
	},
	successor: {
		turn: schemas.TurnMerchant, why: "these lines must go on somewhere; try it again",
	},
}
