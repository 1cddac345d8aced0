package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aftercare/aftercare/schemas"
)

// reopenCommand has a case that has ended looked at again.
type reopenCommand struct {
	Case      string   `arg:"" help:"Case id, merchant:request."`
	As        string   `help:"Who asks: ROLE:ID, such as customer:c-2007, or agent:agent-1 for a customer on the phone." required:"" placeholder:"ROLE:ID"`
	Reason    string   `help:"Why, as a short code." default:"not_solved" placeholder:"CODE"`
	Line      []string `help:"A line that is looked at again; may be given several times. Default: all that ended in the case." placeholder:"ID"`
	Text      string   `help:"What the customer says; it is kept where it can be erased."`
	CommandID string   `help:"Id of the command. Default: a new one." name:"command-id"`
	JSON      bool     `help:"Print one JSON object."`
}

func (c *reopenCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	body := map[string]any{"reason": c.Reason}
	if c.Text != "" {
		body["text"] = c.Text
	}
	if len(c.Line) > 0 {
		lines := []schemas.PickLine{}
		for _, id := range c.Line {
			lines = append(lines, schemas.PickLine{LineID: id})
		}
		body["lines"] = lines
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	id := c.CommandID
	if id == "" {
		id = uuid.Must(uuid.NewV7()).String()
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	receipt, err := r.cases.Send(ctx, c.Case, schemas.CaseReopen.Name, schemas.Order{CommandID: id, Actor: actor, Body: raw})
	if err != nil {
		return refused(err, c.JSON)
	}
	if c.JSON {
		printJSON(receipt)
		return nil
	}
	fmt.Printf("%s\nstarter show %s\n", receipt.Message, receipt.CaseID)
	return nil
}
