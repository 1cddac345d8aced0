package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestATableIsNoWiderThanItsTerminal(t *testing.T) {
	t.Parallel()
	widest, words := []int{20, 100, 60, 5}, []bool{false, true, true, false}
	require.Equal(t, widest, fit(widest, words, 0), "a file has no width")
	require.Equal(t, widest, fit(widest, words, 500))
	got := fit(widest, words, 120)
	require.Equal(t, 120, got[0]+got[1]+got[2]+got[3]+3*4-1)
	require.Equal(t, 20, got[0], "ids stay in one piece while sentences can be wrapped")
	require.Equal(t, 123, totalOf([]int{20, 50, hiddenColumn, 45}), "a column that is left out takes no room")
	require.Equal(t, []int{10, 10, 10, 5}, fit(widest, words, 20), "no column becomes unreadable")
}

func TestWhatIsLeftIsCountedFromThePresentAndNotFromTheLastThingThatHappened(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ordinary := schemas.View{Now: clock.Add(-26 * time.Hour)}
	ahead := schemas.View{Now: clock.AddDate(0, 0, 12)}
	require.Equal(t, clock, presentOf(ordinary, clock))
	require.Equal(t, ahead.Now, presentOf(ahead, clock))
	require.Equal(t, "over since 2h 0m", left(ordinary.Now.Add(24*time.Hour), presentOf(ordinary, clock)))
}

func TestTheDatabasesPasswordIsNotShown(t *testing.T) {
	t.Parallel()
	require.Equal(t, "postgres://aftercare:…@127.0.0.1:5432/aftercare?sslmode=disable", hidden("postgres://aftercare:secret@127.0.0.1:5432/aftercare?sslmode=disable"))
	require.Equal(t, "postgres://127.0.0.1/aftercare", hidden("postgres://127.0.0.1/aftercare"))
}
