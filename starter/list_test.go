package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

func TestAWordThatIsNotKnownIsAFaultOfUsageThatListsWhatIs(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]listCommand{
		"--state \"REVEIW\" is not known; use SUBMITTED, WAIT_INFO, REVIEW": {State: "reveiw"},
		"use customer, merchant, warehouse":                                 {Turn: "boss"},
		"use return, exchange, repair or complaint":                         {Kind: "gift"},
		"use P0, P1, P2 or P3":                                              {Priority: "P9"},
		"--level is 1 to 5":                                                 {Level: 6},
		"give one of them":                                                  {Closed: true, All: true},
		"a code in lower snake case":                                        {Cause: "No Such"},
		"only open cases have parked":                                       {Stuck: true, Closed: true},
		"--overdue is for open cases":                                       {Closed: true, Overdue: true},
		"write a day as 2026-11-20":                                         {DueBefore: "soon"},
	} {
		c.Limit = 50
		_, err := c.filter(time.Now())
		var usage usageError
		require.ErrorAs(t, err, &usage)
		require.ErrorContains(t, err, want)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	f, err := (&listCommand{State: "review", Turn: "MERCHANT", Priority: "p1", Overdue: true, DueBefore: "2026-11-26T00:00:00Z", Limit: 1}).filter(now)
	require.NoError(t, err)
	require.Equal(t, store.Filter{
		Everywhere: true, State: schemas.Review, Turn: schemas.TurnMerchant, Priority: schemas.P1, OverdueAt: now, DueBefore: now.Add(12 * time.Hour),
	}, f)
}

func TestAListSaysHowManyThereAre(t *testing.T) {
	t.Parallel()
	require.Equal(t, "3 case(s)", countWords(3, 3))
	require.Equal(t, "50 of 176 case(s)", countWords(50, 176))
	require.Equal(t, "50 of more than 10000 case(s)", countWords(50, countMost+1))
}

func TestACaseNamesWhomItsEscalationOrItsApprovalAsks(t *testing.T) {
	t.Parallel()
	decided := schemas.Approval{Asked: "boss-1", DecidedBy: &schemas.System}
	require.Empty(t, askedIn(schemas.View{Owner: "agent-1", Approvals: []schemas.Approval{decided}}))
	require.Equal(t, "boss-2", askedIn(schemas.View{Approvals: []schemas.Approval{decided, {Asked: "boss-2"}}}))
	require.Equal(t, "lead-1", askedIn(schemas.View{Asked: "lead-1"}))
}
