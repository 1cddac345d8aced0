// Package cases is the typed client of Aftercare: open a case, decide, notify, look. It is the only way to reach a case, and
// what a Go backend imports.
//
// Opening a case and deciding in one need Temporal alone; words, facts and lists need the database too, because couriers
// know waybills and not case ids, and what people write stays where it can be erased.
package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// Records is what the client needs of the database.
type Records interface {
	RecordFact(ctx context.Context, name string, report schemas.Report) (tell []string, duplicate, unknown, late bool, err error)
	MarkFactSignalled(ctx context.Context, source, eventID string, at time.Time) error
	PutText(ctx context.Context, merchant, body string) (textID string, err error)
	CaseRow(ctx context.Context, caseID string) (schemas.View, error)
}

// Lookups is what Records may answer beside: what speaks against a command and only our database knows. The case asks the same again;
// here a person hears it at once.
type Lookups interface {
	KnowsMethod(ctx context.Context, q schemas.MethodQuestion) (*schemas.Refusal, error)
	WaybillFree(ctx context.Context, q schemas.WaybillQuestion) (*schemas.Refusal, error)
}

// Texts is what Records may do beside: keep words under an id of the caller's, so that the same command sent twice speaks of the same
// words. other is true where other words are kept under it.
type Texts interface {
	PutTextAs(ctx context.Context, merchant, textID, body string) (other bool, err error)
}

// Client reaches cases.
type Client struct {
	temporal client.Client
	records  Records
	door     schemas.Door
}

// New makes a client on a Temporal connection. records may be nil for a backend that only opens cases and decides; door is
// what every event keeps as the way it came in.
func New(t client.Client, records Records, door schemas.Door) *Client {
	return &Client{temporal: t, records: records, door: door}
}

var errNoDatabase = &schemas.Refusal{Code: schemas.CodeUnavailable, Message: "this needs the database, and the client was made without one."}

// faults turns what Temporal says into a refusal that a person can act on. caseID is the case that was meant.
func fault(caseID string, err error) error {
	if err == nil {
		return nil
	}
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		return err
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		var r schemas.Refusal
		if app.Type() == schemas.ErrorTypeRefused && app.Details(&r) == nil {
			return &r
		}
		return fmt.Errorf("case %s: %w", caseID, err)
	}
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return &schemas.Refusal{Code: schemas.CodeUnknownCase, Message: fmt.Sprintf("no case %s is open here; check the id, or open it.", caseID)}
	}
	var unavailable *serviceerror.Unavailable
	var deadline *serviceerror.DeadlineExceeded
	var notReady *serviceerror.WorkflowNotReady // a worker died over the case's last task, and the next one has not come yet
	if errors.As(err, &notReady) || errors.As(err, &unavailable) || errors.As(err, &deadline) || errors.Is(err, context.DeadlineExceeded) {
		return noAnswer(caseID)
	}
	// A server that is stopped in the middle of a call says that the call was cancelled. So does our own side where the caller has
	// gone away, who finds that out by errors.Is.
	var canceled *serviceerror.Canceled
	if errors.As(err, &canceled) {
		return fmt.Errorf("%w: %w", noAnswer(caseID), context.Canceled)
	}
	return fmt.Errorf("case %s: %w", caseID, err)
}

func noAnswer(caseID string) *schemas.Refusal {
	return &schemas.Refusal{Code: schemas.CodeUnavailable, Message: fmt.Sprintf("case %s did not answer in time: the Temporal server or the worker is away. The same call, with the same id, may be repeated.", caseID)}
}
