package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestAFlushIsReadBackWholeWithItsEvents(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	f := flush("shop:R1", 5, 0, "opened", "asked")
	due := noon.Add(20 * time.Hour)
	f.Row.DueAt, f.Row.Parcels = &due, []schemas.Parcel{{Waybill: "ab 12", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelMoving}}
	f.Events[1].Data = map[string]string{"amount": "47.84 USD"}
	require.False(t, write(t, s, f).Stale)
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	want := f.Row
	want.Events = f.Events
	require.Empty(t, cmp.Diff(want, got))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.parcels WHERE waybill = 'AB12' AND carrier = 'sf'`))
}

func TestAFlushReplacesATailThatNeverHappened(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 5, 0, "opened", "intake"))
	lost := flush("shop:R1", 9, 2, "approved", "label booked", "told")
	lost.Row.Parcels = []schemas.Parcel{{Waybill: "GHOST", Carrier: "sf", Direction: schemas.ToMerchant, Status: schemas.ParcelExpected}}
	write(t, s, lost)
	// The worker died before Temporal accepted that task; the task ran again and another thing happened.
	require.False(t, write(t, s, flush("shop:R1", 9, 2, "rejected")).Stale)
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "intake", "rejected"}, messages(got))
	require.EqualValues(t, 3, got.Revision)
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.parcels`), "the parcel never was")
	require.Equal(t, 2, count(t, s, `SELECT confirmed_revision FROM aftercare.cases`), "the outside hears of what a later flush confirmed")
}

func TestAFlushOlderThanTheStoredOneIsStale(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	newer := flush("shop:R1", 9, 2, "approved")
	write(t, s, flush("shop:R1", 5, 0, "opened", "intake"))
	write(t, s, newer)
	for name, old := range map[string]schemas.Flush{
		"an earlier task of the same run": flush("shop:R1", 5, 0, "other"),
		"an earlier run": func() schemas.Flush {
			f := flush("shop:R1", 50, 2, "other")
			f.RunID, f.RunStartedAt = "run-0", noon.Add(-time.Minute)
			return f
		}(),
	} {
		require.True(t, write(t, s, old).Stale, name)
	}
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "intake", "approved"}, messages(got))
	require.False(t, write(t, s, newer).Stale, "the same task may write again")

	next := flush("shop:R1", 3, 3, "continued")
	next.RunID, next.RunStartedAt = "run-2", noon.Add(time.Hour)
	require.False(t, write(t, s, next).Stale, "a later run begins with a short history")
}

// Temporal gives a task up whose worker is silent, and another worker does it: both have seen the same history. What the first one writes when it
// wakes up is not what happened.
func TestAnAttemptThatWakesUpAfterTheNextOneIsStale(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 5, 0, "opened", "intake"))
	attempt := func(began time.Duration, tail string) schemas.Flush {
		f := flush("shop:R1", 9, 2, tail)
		f.Row.Now = noon.Add(began)
		f.Row.Parcels = []schemas.Parcel{{Waybill: tail, Carrier: "sf", Direction: schemas.ToMerchant, Status: schemas.ParcelExpected}}
		return f
	}
	first, second := attempt(0, "FIRST"), attempt(10*time.Second, "SECOND")
	require.False(t, write(t, s, first).Stale)
	require.False(t, write(t, s, second).Stale, "the first one died, for all that anybody knew")
	require.True(t, write(t, s, first).Stale)
	require.False(t, write(t, s, second).Stale, "its answer was lost, and it writes again")
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "intake", "SECOND"}, messages(got))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.parcels WHERE waybill = 'SECOND'`))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.parcels`))
}

func TestFlushesThatOverlapLeaveOneStory(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 1, 0, "opened"))
	var wg sync.WaitGroup
	for task := 2; task <= 20; task++ {
		wg.Go(func() {
			var tail []string
			for i := range task % 5 {
				tail = append(tail, fmt.Sprintf("task %d event %d", task, i))
			}
			_, err := s.WriteFlush(ctx, flush("shop:R1", task, 1, tail...))
			require.NoError(t, err)
		})
	}
	wg.Wait()
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened"}, messages(got), "task 20 said nothing more, and is the last")
}

func TestAFlushThatWouldLeaveAHoleIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for name, spoil := range map[string]func(*schemas.Flush){
		"an event is missing":      func(f *schemas.Flush) { f.Events = f.Events[:1] },
		"an event is out of order": func(f *schemas.Flush) { f.Events[0].Revision = 2 },
		"the row is another's":     func(f *schemas.Flush) { f.Row.CaseID = "shop:R2" },
	} {
		f := flush("shop:R1", 5, 0, "opened", "asked")
		spoil(&f)
		_, err := s.WriteFlush(ctx, f)
		require.Error(t, err, name)
		var refusal *schemas.Refusal
		require.ErrorAs(t, err, &refusal, name)
	}
}

func TestACaseUnderAForeignIdIsKeptButShownToNoMerchant(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	f := flush("shop:R1", 5, 0, "opened")
	f.CaseID, f.Row.CaseID = "whatever", "whatever"
	write(t, s, f)
	g := flush("other:R1", 5, 0, "opened")
	g.Row.MerchantID = merchant // started under an id that names another merchant than its request does
	write(t, s, g)
	views, _, err := s.ListCases(ctx, store.Filter{Merchant: merchant}, store.Page{})
	require.NoError(t, err)
	require.Empty(t, views)
	_, err = s.CaseRow(ctx, "whatever")
	require.NoError(t, err)
}

func TestAZeroByteFromAForeignClientDoesNotStopARow(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	f := flush("shop:R1", 5, 0, "a\x00b and \\u0000 as text")
	f.Row.Waiting = "\x00"
	write(t, s, f)
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, "a\ufffdb and \\u0000 as text", got.Events[0].Message)
}

func TestEventsCannotBeEdited(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 5, 0, "opened"))
	_, err := s.Pool().Exec(ctx, `UPDATE aftercare.events SET name = 'x'`)
	require.ErrorContains(t, err, "append-only")
}

func TestARebuiltRowOnlyGoesForwardAndYieldsToTheNextFlush(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	full := flush("shop:R1", 5, 0, "opened", "intake", "approved")
	view := full.Row
	view.Events = full.Events
	wrote, err := s.ReplaceRow(ctx, view)
	require.NoError(t, err)
	require.True(t, wrote, "the row had been lost")

	require.False(t, write(t, s, flush("shop:R1", 9, 3, "told")).Stale, "a flush supersedes a rebuilt row")
	wrote, err = s.ReplaceRow(ctx, view)
	require.NoError(t, err)
	require.False(t, wrote, "an answer older than the row is not written")
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "intake", "approved", "told"}, messages(got))

	view = got
	view.Events = got.Events[2:] // a workflow that continued as new has dropped its oldest events
	wrote, err = s.ReplaceRow(ctx, view)
	require.NoError(t, err)
	require.True(t, wrote)
	again, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(got, again))
}

func TestWhoListensHearsOfEveryRowAlsoAfterTheConnectionWasLost(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	s.PollEvery(100 * time.Millisecond)
	changes, err := s.Listen(t.Context())
	require.NoError(t, err)
	write(t, s, flush("shop:R1", 5, 0, "opened"))
	heard(t, changes, store.CaseChanged{CaseID: "shop:R1", Revision: 1})

	_, err = s.Pool().Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND (query LIKE 'LISTEN%' OR query LIKE '%changed_at >%')`)
	require.NoError(t, err)
	write(t, s, flush("shop:R2", 5, 0, "opened", "asked"))
	heard(t, changes, store.CaseChanged{CaseID: "shop:R2", Revision: 2})

	// A notification that was lost: the row is found by the poll.
	_, err = s.Pool().Exec(ctx, `UPDATE aftercare.cases SET revision = 7, changed_at = clock_timestamp() WHERE case_id = 'shop:R1'`)
	require.NoError(t, err)
	heard(t, changes, store.CaseChanged{CaseID: "shop:R1", Revision: 7})
}

// heard waits for a change; others may come before it.
func heard(t *testing.T, changes <-chan store.CaseChanged, want store.CaseChanged) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case got := <-changes:
			if got == want {
				return
			}
		case <-late:
			t.Fatalf("%v was not heard of", want)
		}
	}
}
