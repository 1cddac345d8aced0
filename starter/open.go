package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// openCommand opens cases.
type openCommand struct {
	File   string `arg:"" help:"JSON Lines, one request each; - is standard input."`
	Policy string `help:"Policy of the cases; demo only on a dev stack." default:"default"`
	JSON   bool   `help:"Print JSON Lines, one object per request."`
}

// openedLine is what became of one request of the file.
type openedLine struct {
	Line      int              `json:"line"`
	RequestID string           `json:"request_id,omitempty"`
	CaseID    string           `json:"case_id,omitempty"`
	Existed   bool             `json:"existed"`
	Refused   *schemas.Refusal `json:"refused,omitempty"`
}

func (c *openCommand) Run(ctx context.Context, cli *commandLine) error {
	lines, err := readLines(c.File)
	if err != nil {
		return err
	}
	r, err := cli.find()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.knowsPolicy(cli, c.Policy); err != nil {
		return err
	}
	if err := r.withCases(ctx); err != nil {
		return err
	}
	refused := 0
	for _, l := range lines {
		result := openedLine{Line: l.number}
		opened, requestID, err := c.open(ctx, r, l)
		result.RequestID = requestID
		var refusal *schemas.Refusal
		switch {
		case err == nil:
			result.CaseID, result.Existed = opened.CaseID, opened.Existed
		case errors.As(err, &refusal):
			result.CaseID, result.Existed, result.Refused = opened.CaseID, opened.Existed, refusal
			refused++
		default:
			return fmt.Errorf("line %d: %w", l.number, err)
		}
		c.print(result)
	}
	if refused > 0 {
		others := "; the others are open"
		if refused == len(lines) {
			others = ""
		}
		fmt.Fprintf(os.Stderr, "starter: %d of %d request(s) were refused%s.\n", refused, len(lines), others)
		return errSaid
	}
	return nil
}

func (c *openCommand) open(ctx context.Context, r *reach, l inputLine) (cases.Opened, string, error) {
	request, refusal := readRequest(l.text)
	if refusal != nil {
		return cases.Opened{}, request.RequestID, refusal
	}
	if request.Text != "" {
		if r.store == nil {
			if err := r.withDatabase(ctx); err != nil {
				return cases.Opened{}, request.RequestID, err
			}
			if err := r.withCases(ctx); err != nil {
				return cases.Opened{}, request.RequestID, err
			}
		}
		id, err := r.cases.PutText(ctx, request.MerchantID, request.Text)
		if err != nil {
			return cases.Opened{}, request.RequestID, err
		}
		request.TextID = id
	}
	opened, err := r.cases.Open(ctx, request.Request, c.Policy)
	if err == nil && opened.Existed {
		err = r.sameRequest(ctx, opened.CaseID, request, c.Policy)
	}
	return opened, request.RequestID, err
}

// writtenRequest is a request as a file has it: the customer's words may stand in it, and are kept elsewhere.
type writtenRequest struct {
	schemas.Request
	Text string `json:"text,omitempty"`
}

func readRequest(raw []byte) (writtenRequest, *schemas.Refusal) {
	request, refusal := schemas.Decode[writtenRequest](raw)
	if refusal == nil {
		refusal = request.Check()
	}
	if refusal != nil && request.RequestID == "" {
		// The id of a request that cannot be read as a whole still helps to find it.
		var id struct {
			RequestID string `json:"request_id"`
		}
		if json.Unmarshal(raw, &id) == nil {
			request.RequestID = id.RequestID
		}
	}
	return request, refusal
}

func (c *openCommand) print(l openedLine) {
	if c.JSON {
		printJSON(l)
		return
	}
	switch {
	case l.Refused != nil:
		fmt.Fprintf(os.Stderr, "line %d  %s\n", l.Line, sentence(l.Refused))
	case l.Existed:
		fmt.Printf("%s  was open before\n", l.CaseID)
	default:
		fmt.Printf("%s  opened\n", l.CaseID)
	}
}

// inputLine is one line of an input file.
type inputLine struct {
	number int
	text   []byte
}

// readLines reads JSON Lines from a file or standard input. Empty lines are passed over.
func readLines(file string) ([]inputLine, error) {
	var content []byte
	var err error
	if file == "-" {
		content, err = readAll(os.Stdin)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var lines []inputLine
	for i, text := range bytes.Split(content, []byte("\n")) {
		if text = bytes.TrimSpace(text); len(text) > 0 {
			lines = append(lines, inputLine{number: i + 1, text: text})
		}
	}
	if len(lines) == 0 {
		return nil, usageError{fmt.Errorf("%s holds no request: write one JSON object a line", file)}
	}
	return lines, nil
}
