package cases_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// parkings are the rows of cases that are parked, and a Temporal that hears what is sent to them.
type parkings struct {
	cases.Records
	client.Client
	rows  []schemas.ParkedCase
	pages int
	sent  map[string][]string // by case: the command ids
	says  map[string]error
}

func (p *parkings) ParkedCases(_ context.Context, _ string, _ schemas.Code, _, after string, limit int) ([]schemas.ParkedCase, error) {
	p.pages++
	var page []schemas.ParkedCase
	for _, row := range p.rows {
		if row.CaseID > after && len(page) < limit {
			page = append(page, row)
		}
	}
	return page, nil
}

func (p *parkings) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	p.sent[o.WorkflowID] = append(p.sent[o.WorkflowID], o.Args[0].(schemas.Order).CommandID)
	if err := p.says[o.WorkflowID]; err != nil {
		return nil, err
	}
	return done{}, nil
}

type done struct{ client.WorkflowUpdateHandle }

func (done) Get(context.Context, any) error { return nil }

func refusal(code schemas.Code) error {
	r := schemas.Refusal{Code: code, Message: "not now."}
	return temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
}

func (p *parkings) release(t *testing.T, r cases.Release) map[string]int {
	t.Helper()
	r.Cause, r.Rate, r.Actor = "unserviceable", 500, schemas.Operator
	results := map[string]int{}
	for one, err := range cases.New(p, p, schemas.DoorCLI).Release(t.Context(), r) {
		require.NoError(t, err)
		results[one.Result]++
		if one.Result == cases.ReleasedRefused {
			require.NotEmpty(t, one.Refusal.Code, one.CaseID)
		}
	}
	return results
}

func TestAReleaseGoesThroughPagesTellsEachRefusalAndIsGivenOnce(t *testing.T) {
	t.Parallel()
	p := &parkings{sent: map[string][]string{}, says: map[string]error{
		"shop:r-0007": refusal(schemas.CodeWrongRole), "shop:r-0008": refusal(schemas.CodeWrongState), "shop:r-0009": context.DeadlineExceeded,
	}}
	since := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for i := range 450 {
		p.rows = append(p.rows, schemas.ParkedCase{CaseID: fmt.Sprintf("shop:r-%04d", i), Parked: []schemas.Parked{
			{StepID: "p1", Step: schemas.ParcelLabel.Name, Cause: "unserviceable", Since: since, Tries: 1}, {StepID: "p2", Step: schemas.GoodsDispose.Name, Cause: "other", Since: since},
		}})
	}
	require.Equal(t, map[string]int{cases.ReleasedListed: 450}, p.release(t, cases.Release{DryRun: true}))
	require.Empty(t, p.sent, "a dry run gives no command")
	require.Equal(t, 3, p.pages)

	want := map[string]int{cases.ReleasedTried: 447, cases.ReleasedBefore: 1, cases.ReleasedRefused: 2}
	require.Equal(t, want, p.release(t, cases.Release{}))
	require.Equal(t, want, p.release(t, cases.Release{}))
	require.Equal(t, p.sent["shop:r-0001"][0], p.sent["shop:r-0001"][1], "the same release is the same command")
	p.rows[1].Parked[0].Tries = 2
	p.release(t, cases.Release{})
	require.NotEqual(t, p.sent["shop:r-0001"][0], p.sent["shop:r-0001"][2], "what has failed again since is tried again")
	require.Equal(t, p.sent["shop:r-0002"][0], p.sent["shop:r-0002"][2])
}

func TestAReleaseWithoutACauseOrADatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []*cases.Client{cases.New(&parkings{}, &parkings{}, schemas.DoorCLI), cases.New(nil, nil, schemas.DoorCLI)} {
		for _, err := range c.Release(t.Context(), cases.Release{Cause: "No Cause"}) {
			var r *schemas.Refusal
			require.ErrorAs(t, err, &r)
			require.NotEmpty(t, r.Message)
		}
	}
}

func TestAReleaseStopsWhenItIsTold(t *testing.T) {
	t.Parallel()
	p := &parkings{sent: map[string][]string{}, rows: []schemas.ParkedCase{{CaseID: "shop:r-1"}, {CaseID: "shop:r-2"}}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var last error
	for _, err := range cases.New(p, p, schemas.DoorCLI).Release(ctx, cases.Release{Cause: "unserviceable", Rate: 1, Actor: schemas.Operator}) {
		stop()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Len(t, p.sent, 1)
}
