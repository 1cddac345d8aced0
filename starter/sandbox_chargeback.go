package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// sandboxChargeback is the sandbox's bank: it takes a payment back, and decides.
type sandboxChargeback struct {
	Dispute  string        `arg:"" help:"The bank's number of it, such as dp-1."`
	Merchant string        `help:"Whose payment it is." required:""`
	Payment  string        `help:"Which payment; a charge of ours goes by its number. Needed to open one."`
	Amount   int64         `help:"How much, in the smallest unit of the currency. Needed to open one."`
	Currency string        `help:"Of the amount. Default: the payment's."`
	Reason   string        `help:"Why, as a short code." default:"not_received"`
	Due      time.Duration `help:"How long our answer has." default:"168h"`
	Decide   string        `help:"Decide one that is open: won, lost or withdrawn."`
	JSON     bool          `help:"Print one JSON object."`
}

func (c *sandboxChargeback) Run(ctx context.Context, cli *commandLine) error {
	if c.Decide == "" && (c.Payment == "" || c.Amount <= 0) {
		return usageError{errors.New("give --payment and --amount to open a chargeback, or --decide to end one")}
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withSandbox(ctx); err != nil {
		return err
	}
	now := time.Now().UTC()
	said := fmt.Sprintf("The bank has taken payment %s back: %s.\n", c.Payment, c.Dispute)
	if c.Decide != "" {
		err = r.world.EndChargeback(ctx, c.Merchant, c.Dispute, schemas.DisputeStatus(c.Decide), now)
		said = fmt.Sprintf("The bank has decided %s: %s.\n", c.Dispute, c.Decide)
	} else {
		err = r.world.OpenChargeback(ctx, sandbox.Chargeback{
			MerchantID: c.Merchant, DisputeID: c.Dispute, PaymentID: c.Payment, Amount: schemas.Money{Minor: c.Amount, Currency: c.Currency},
			Reason: c.Reason, At: now, DueAt: now.Add(c.Due),
		})
	}
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(map[string]any{"dispute_id": c.Dispute, "merchant_id": c.Merchant, "payment_id": c.Payment, "decided": c.Decide})
		return nil
	}
	fmt.Print(said)
	return nil
}
