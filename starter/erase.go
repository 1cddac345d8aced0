package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aftercare/aftercare/schemas"
)

// eraseCommand forgets a customer's personal data.
type eraseCommand struct {
	Customer string `arg:"" help:"Customer id."`
	Merchant string `help:"Whose customer." required:""`
	As       string `help:"Who decides: privacy:ID or legal:ID." required:"" placeholder:"ROLE:ID"`
	Reason   string `help:"Why, as a short code." default:"customer_asked"`
	JSON     bool   `help:"Print one JSON object."`
}

func (c *eraseCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.withDatabase(ctx); err != nil {
		return err
	}
	done, err := r.store.Erase(ctx, c.Merchant, c.Customer, actor, c.Reason, time.Now().UTC())
	if err != nil {
		return refused(err, c.JSON)
	}
	if c.JSON {
		printJSON(done)
		return nil
	}
	fmt.Printf("Erased since %s; %d text(s) forgotten now. Ids, amounts and times stay.\n", done.ErasedAt.Format(time.RFC3339), done.Texts)
	return nil
}

// legalHoldCommand keeps everything of a case, open or closed.
type legalHoldCommand struct {
	Case    string `arg:"" help:"Case id, merchant:request."`
	As      string `help:"Who decides: ROLE:ID, such as legal:legal-1." required:"" placeholder:"ROLE:ID"`
	Reason  string `help:"Why, as a short code." required:""`
	Release bool   `help:"Lift the hold."`
	JSON    bool   `help:"Print one JSON object."`
}

func (c *legalHoldCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	command := schemas.HoldSet.Name
	if c.Release {
		command = schemas.HoldRelease.Name
	}
	body := fmt.Sprintf(`{"hold":%q,"reason":%q}`, schemas.LegalHold, c.Reason)
	_, err = r.cases.Send(ctx, c.Case, command, schemas.Order{CommandID: uuid.Must(uuid.NewV7()).String(), Actor: actor, Body: []byte(body)})
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) && (refusal.Code == schemas.CodeUnknownCase || refusal.Code == schemas.CodeCaseClosed) {
		// It has ended, and can be told nothing any more: its archive is.
		err = r.store.HoldClosed(ctx, c.Case, !c.Release, actor, c.Reason, time.Now().UTC())
	}
	if err != nil {
		return refused(err, c.JSON)
	}
	if c.JSON {
		printJSON(map[string]any{"case_id": c.Case, "hold": schemas.LegalHold, "stands": !c.Release})
		return nil
	}
	if c.Release {
		fmt.Printf("Lifted: the %s on %s.\n", schemas.LegalHold, c.Case)
	} else {
		fmt.Printf("A %s stands on %s; nothing of its customer is erased.\n", schemas.LegalHold, c.Case)
	}
	return nil
}
