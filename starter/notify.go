package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aftercare/aftercare/schemas"
)

// notifyCommand reports a fact.
type notifyCommand struct {
	Source string `arg:"" help:"The system that reports: courier, payments or warehouse, or the id of one of your own."`
	With   string `help:"The fact as JSON: {\"fact\":\"parcel.delivered\",\"body\":{\"waybill\":\"…\"}}, optionally event_id and occurred_at." required:"" placeholder:"JSON"`
	JSON   bool   `help:"Print one JSON object."`
}

// writtenFact is a fact as it is typed. Its body may also stand beside the other fields.
type writtenFact struct {
	Fact       string          `json:"fact"`
	EventID    string          `json:"event_id,omitempty"`
	OccurredAt time.Time       `json:"occurred_at,omitzero"`
	Body       json.RawMessage `json:"body"`
}

func (c *notifyCommand) Run(ctx context.Context, cli *commandLine) error {
	raw, err := readBody(c.With)
	if err != nil {
		return err
	}
	written, refusal := schemas.Decode[writtenFact](raw)
	if refusal != nil {
		return refusal
	}
	if !schemas.IsFact(written.Fact) {
		return &schemas.Refusal{Code: schemas.CodeUnknownName, Field: "fact", Message: fmt.Sprintf("%q is not a fact; use one of %v.", written.Fact, schemas.FactNames)}
	}
	if written.EventID == "" {
		written.EventID = uuid.Must(uuid.NewV7()).String()
	}
	if written.OccurredAt.IsZero() {
		written.OccurredAt = time.Now().UTC()
	}
	report := schemas.Report{Source: c.Source, EventID: written.EventID, OccurredAt: written.OccurredAt, Body: written.Body}
	if refusal := report.Check(); refusal != nil {
		return refusal
	}
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	if err := c.tellSandbox(ctx, r, written.Fact, report); err != nil {
		return err
	}
	noted, err := r.cases.Report(ctx, written.Fact, report)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(noted)
		return nil
	}
	switch {
	case noted.Duplicate:
		fmt.Println("Known already; nothing changed.")
	case noted.Unknown:
		fmt.Println("Kept, but no case knows this waybill or refund.")
	case len(noted.Cases) == 0:
		fmt.Println("Kept, but the case it is about has ended.")
	default:
		fmt.Printf("Told: %v\n", noted.Cases)
	}
	return nil
}

// tellSandbox lets the sandbox know what happened there: to a parcel, or to goods in the warehouse. Its books then agree with what
// it is said to report.
func (c *notifyCommand) tellSandbox(ctx context.Context, r *reach, fact string, report schemas.Report) error {
	if err := r.withSandbox(ctx); err != nil {
		return nil // no sandbox here: the outside systems are real
	}
	err := r.world.Happened(ctx, fact, report)
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		return nil // no fact of its; the case says what is wrong with it
	}
	return err
}

// sources are the systems that report in this version.
var sources = []string{"courier", "payments", "warehouse"}
