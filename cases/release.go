package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Parkings is what Records may answer beside: which open cases have a step that is parked.
type Parkings interface {
	ParkedCases(ctx context.Context, merchant string, cause schemas.Code, step, after string, limit int) ([]schemas.ParkedCase, error)
}

// Release says which parked steps are to be tried again, in how many cases they may be.
type Release struct {
	Cause    schemas.Code  // required: the cause they are parked for
	Step     string        // only this step, such as parcel.label
	Merchant string        // only this merchant's cases; all where it is left out
	Actor    schemas.Actor // who lets them go on
	DryRun   bool          // only list them
	Rate     int           // cases a second at most; 20 where it is left out
}

// What became of a case in a release.
const (
	ReleasedTried   = "tried"   // its steps are being tried again
	ReleasedBefore  = "before"  // nothing of it was parked any more: somebody was faster, or this release was given before
	ReleasedRefused = "refused" // the case refused, or could not be asked; see the reason
	ReleasedListed  = "listed"  // a dry run
)

// Released is one case of a release.
type Released struct {
	CaseID  string           `json:"case_id"`
	Steps   []string         `json:"steps"` // step ids with their names: p1 parcel.label
	Result  string           `json:"result"`
	Refusal *schemas.Refusal `json:"refusal,omitempty"`
}

// Release lets every step that is parked for a cause be tried again, case by case, no faster than its rate. It goes through the cases page by
// page and holds no list of them, so that there may be thousands.
//
// It may be given again at any time: a case in which the same steps are parked since the same moment gets the same command, and carries
// it out once; one in which they have failed again since gets a new one. A case that refuses is told with its reason, and the others go on.
func (c *Client) Release(ctx context.Context, r Release) iter.Seq2[Released, error] {
	return func(yield func(Released, error) bool) {
		parkings, can := c.records.(Parkings)
		if !can {
			yield(Released{}, errNoDatabase)
			return
		}
		if !schemas.ValidCause(r.Cause) {
			yield(Released{}, &schemas.Refusal{Code: schemas.CodeMissingField, Field: "cause", Message: "name the cause for which the steps are parked, such as unserviceable."})
			return
		}
		if r.Rate <= 0 {
			r.Rate = 20
		}
		pace := time.NewTicker(time.Second / time.Duration(r.Rate))
		defer pace.Stop()
		const page = 200
		for after := ""; ; {
			found, err := parkings.ParkedCases(ctx, r.Merchant, r.Cause, r.Step, after, page)
			if err != nil {
				yield(Released{}, err)
				return
			}
			for _, one := range found {
				released, err := c.releaseOne(ctx, r, one)
				if !yield(released, err) || err != nil {
					return
				}
				if r.DryRun {
					continue
				}
				select {
				case <-ctx.Done():
					yield(Released{}, ctx.Err())
					return
				case <-pace.C:
				}
			}
			if len(found) < page {
				return
			}
			after = found[len(found)-1].CaseID
		}
	}
}

// releaseOne lets the steps of one case be tried again. Only the end of the whole release is an error.
func (c *Client) releaseOne(ctx context.Context, r Release, one schemas.ParkedCase) (Released, error) {
	released := Released{CaseID: one.CaseID, Steps: []string{}, Result: ReleasedListed}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%s\n", one.CaseID, r.Cause, r.Actor)
	var ids []string
	for _, p := range one.Parked {
		if p.Cause != r.Cause || (r.Step != "" && p.Step != r.Step) {
			continue
		}
		ids = append(ids, p.StepID)
		released.Steps = append(released.Steps, p.StepID+" "+p.Step)
		fmt.Fprintf(sum, "%s %d %s\n", p.StepID, p.Tries, p.Since.UTC().Format(time.RFC3339Nano))
	}
	if r.DryRun {
		return released, nil
	}
	retry := schemas.RetryStep{Cause: r.Cause}
	if r.Step != "" && len(ids) == 1 {
		retry.StepID = ids[0]
	} else if r.Step != "" {
		return c.releaseEach(ctx, r, released, ids, hex.EncodeToString(sum.Sum(nil)[:12]))
	}
	return c.giveRetry(ctx, r, released, retry, "release-"+hex.EncodeToString(sum.Sum(nil)[:12]))
}

// releaseEach frees the steps of one name only, one after the other.
func (c *Client) releaseEach(ctx context.Context, r Release, released Released, ids []string, id string) (Released, error) {
	for _, stepID := range ids {
		after, err := c.giveRetry(ctx, r, released, schemas.RetryStep{StepID: stepID, Cause: r.Cause}, "release-"+id+"-"+hex.EncodeToString([]byte(stepID)))
		if err != nil || after.Result == ReleasedRefused {
			return after, err
		}
		released = after
	}
	return released, nil
}

func (c *Client) giveRetry(ctx context.Context, r Release, released Released, retry schemas.RetryStep, commandID string) (Released, error) {
	body, err := json.Marshal(retry)
	if err != nil {
		return released, fmt.Errorf("release %s: %w", released.CaseID, err)
	}
	within, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err = c.Send(within, released.CaseID, schemas.StepRetry.Name, schemas.Order{CommandID: commandID, Actor: r.Actor, Body: body})
	var refusal *schemas.Refusal
	switch {
	case err == nil:
		released.Result = ReleasedTried
	case ctx.Err() != nil:
		return released, ctx.Err()
	case errors.As(err, &refusal) && (refusal.Code == schemas.CodeWrongState || refusal.Code == schemas.CodeUnknownStep || refusal.Code == schemas.CodeCaseClosed):
		released.Result = ReleasedBefore
	case errors.As(err, &refusal):
		released.Result, released.Refusal = ReleasedRefused, refusal
	default:
		released.Result, released.Refusal = ReleasedRefused, &schemas.Refusal{Code: schemas.CodeUnavailable, Message: err.Error()}
	}
	return released, nil
}
