package store

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// refundSteps are the legal changes of a refund. What is not in the table does not happen: a word that would take a refund
// back from what is known already (a late "accepted" after "succeeded") leaves it as it is.
//
// Every status but cancelled keeps the reservation. A failed refund keeps it so that the same number can be tried again; a
// reversed one because the customer is still owed.
var refundSteps = map[schemas.RefundStatus][]schemas.RefundStatus{
	// A refund may be seen for the first time when it has come back already: success and reversal were both missed.
	schemas.RefundRequested: {
		schemas.RefundAccepted, schemas.RefundUnknown, schemas.RefundFailedWord, schemas.RefundSucceeded, schemas.RefundReversed, schemas.RefundCancelled,
	},
	schemas.RefundAccepted: {schemas.RefundSucceeded, schemas.RefundFailedWord, schemas.RefundReversed, schemas.RefundUnknown},
	schemas.RefundUnknown: {
		schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundSucceeded, schemas.RefundFailedWord, schemas.RefundReversed,
		schemas.RefundManual, schemas.RefundCancelled,
	},
	// Asked again with the same number, paid another way, or given up. Should the provider say after all that it takes it or
	// that the money has moved, that counts, whatever it said before. (Unknown: see mayBecome.)
	schemas.RefundFailedWord: {
		schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown, schemas.RefundSucceeded, schemas.RefundReversed, schemas.RefundManual,
		schemas.RefundCancelled,
	},
	schemas.RefundSucceeded: {schemas.RefundReversed},
	schemas.RefundReversed:  {schemas.RefundRequested, schemas.RefundManual, schemas.RefundCancelled},
	// Finance has paid; whatever the provider says later is kept as a fact and does not change that.
	schemas.RefundManual: {},
	// Money that moved for a refund given up is counted again, if there is room; if there is none, that is refused aloud.
	schemas.RefundCancelled: {schemas.RefundSucceeded},
}

func legal(from, to schemas.RefundStatus) bool { return slices.Contains(refundSteps[from], to) }

// moved reports whether the customer has the money.
func moved(s schemas.RefundStatus) bool {
	return s == schemas.RefundSucceeded || s == schemas.RefundManual
}
