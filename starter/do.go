package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/aftercare/aftercare/schemas"
)

// doCommand gives a command to a case.
type doCommand struct {
	Case      string `arg:"" help:"Case id, merchant:request."`
	Command   string `arg:"" help:"Command, such as review.approve."`
	As        string `help:"Who decides: ROLE:ID, such as agent:agent-1." required:"" placeholder:"ROLE:ID"`
	With      string `help:"The command's fields as JSON; @FILE reads a file, - standard input." default:"{}" placeholder:"JSON"`
	Revision  int64  `help:"The revision that was looked at; a case that has changed since refuses."`
	CommandID string `help:"Id of the command; the same id gets the same answer. Default: a new one." name:"command-id"`
	JSON      bool   `help:"Print one JSON object."`
}

func (c *doCommand) Run(ctx context.Context, cli *commandLine) error {
	actor, err := readActor(c.As)
	if err != nil {
		return err
	}
	body, err := readBody(c.With)
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
	// A command whose answer does not come is not lost: it waits for a worker, and its id may be given again.
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	receipt, err := r.cases.Send(ctx, c.Case, c.Command, schemas.Order{CommandID: id, Actor: actor, Revision: c.Revision, Body: body})
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnavailable && !c.JSON {
		return fmt.Errorf("%s To repeat it, add --command-id %s", sentence(err), id)
	}
	if err != nil {
		return refused(err, c.JSON)
	}
	if c.JSON {
		printJSON(receipt)
		return nil
	}
	fmt.Printf("%s\n%s is %s, revision %d; %s.\n", receipt.Message, receipt.CaseID, receipt.State, receipt.Revision, turnWords(receipt.Turn))
	return nil
}

// readActor reads ROLE:ID.
func readActor(s string) (schemas.Actor, error) {
	role, id, ok := strings.Cut(s, ":")
	if !ok || role == "" || id == "" {
		return schemas.Actor{}, usageError{fmt.Errorf("--as %q: write ROLE:ID, such as agent:agent-1", s)}
	}
	return schemas.Actor{Role: schemas.Role(role), ID: id}, nil
}

// readBody reads JSON from the argument itself, a file, or standard input. What is no JSON at
// all, or cannot be kept, is refused here; whether it fits is for the case to say.
func readBody(s string) (json.RawMessage, error) {
	raw := []byte(s)
	var err error
	switch {
	case s == "-":
		raw, err = readAll(os.Stdin)
	case strings.HasPrefix(s, "@"):
		raw, err = os.ReadFile(s[1:])
	}
	if err != nil {
		return nil, fmt.Errorf("read --with: %w", err)
	}
	if _, refusal := schemas.Decode[json.RawMessage](raw); refusal != nil {
		if refusal.Field == "" {
			refusal.Field = "with"
		}
		return nil, refusal
	}
	return raw, nil
}
