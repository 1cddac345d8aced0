package chaos

import (
	"math/rand/v2"
	"slices"
	"time"
)

// What is a kind of trouble.
type What string

// The kinds of trouble. Each begins at a moment, and is over after a while at most.
const (
	WorkerKill   What = "worker.kill"   // kill -9; another worker is started in its place
	WorkerStop   What = "worker.stop"   // stopped in order, as when a new version is deployed
	WorkerFreeze What = "worker.freeze" // stands still for a while, and goes on as if nothing had happened
	TemporalKill What = "temporal.kill"
	TemporalStop What = "temporal.stop"
	PostgresKill What = "postgres.kill"
	PostgresStop What = "postgres.stop"
	LinkCut      What = "link.cut"   // connections are closed, and new ones are not accepted
	LinkStall    What = "link.stall" // connections stay open, and nothing gets through
	LinkSlow     What = "link.slow"  // everything takes longer
	LinkReset    What = "link.reset" // connections are torn down again and again
)

// Whats are all kinds.
var Whats = []What{
	WorkerKill, WorkerStop, WorkerFreeze, TemporalKill, TemporalStop, PostgresKill, PostgresStop, LinkCut, LinkStall, LinkSlow, LinkReset,
}

// The short run has at least these.
var shortWhats = []What{WorkerKill, WorkerKill, WorkerFreeze, TemporalKill, PostgresKill, LinkCut, LinkSlow}

// Targets of trouble.
const (
	temporalServer = "temporal"
	postgresServer = "postgres"
)

var (
	workerNames = []string{"worker-1", "worker-2"}
	// linkNames are the ways between the programs: what the workers see of Temporal, of the database and of the outside systems, and
	// what people see of the first two.
	linkNames = []string{workersTemporal, workersDatabase, workersOutside, peopleTemporal, peopleDatabase}
)

const (
	workersTemporal = "workers-temporal"
	workersDatabase = "workers-database"
	workersOutside  = "workers-outside"
	peopleTemporal  = "people-temporal"
	peopleDatabase  = "people-database"
)

// Trouble is one disturbance.
type Trouble struct {
	At     time.Duration // since the run began
	For    time.Duration // how long it lasts; of a server or a worker: how long it is away before it is started again
	What   What
	Target string
	Delay  time.Duration // of a slow link
}

// End is when it is over, but for the time that a server takes to start.
func (t Trouble) End() time.Duration { return t.At + t.For }

// longest is how long trouble of a kind lasts at most.
func longest(w What) time.Duration {
	switch w {
	case WorkerFreeze:
		return 14 * time.Second // longer than a workflow task may take, so that another worker has taken it over by then
	case LinkCut, LinkStall, LinkReset:
		return 8 * time.Second
	case LinkSlow:
		return 10 * time.Second
	case WorkerKill, WorkerStop, TemporalKill, TemporalStop, PostgresKill, PostgresStop:
		return 4 * time.Second
	}
	return 0
}

// troubles draws what breaks when. One target has one trouble at a time, and everything is over when the span is.
func troubles(dice *rand.Rand, s Size) (planned []Trouble) {
	whats := Whats
	if s.Short {
		whats = shortWhats
	}
	next, free := deck(dice, whats), map[string]time.Duration{}
	for n := 0; ; n++ {
		at := s.Every*time.Duration(n+1) - time.Duration(dice.Int64N(int64(s.Every)/2+1))
		if at >= s.Span || s.Short && n == len(shortWhats) {
			break
		}
		t := Trouble{At: at, What: next()}
		most := longest(t.What)
		if s.Short {
			most /= 2
		}
		t.For = most/4 + time.Duration(dice.Int64N(int64(most)*3/4))
		t.Target = targetOf(dice, t.What)
		t.At = max(t.At, free[t.Target])
		if t.What == LinkSlow {
			t.Delay = 50*time.Millisecond + time.Duration(dice.Int64N(int64(700*time.Millisecond)))
		}
		if t.End() > s.Span {
			if t.At >= s.Span {
				continue
			}
			t.For = s.Span - t.At
		}
		free[t.Target] = t.End() + restBetween
		planned = append(planned, t)
	}
	slices.SortStableFunc(planned, func(a, b Trouble) int { return int(a.At - b.At) })
	return planned
}

// restBetween is what a target is given between two troubles.
const restBetween = time.Second

func targetOf(dice *rand.Rand, w What) string {
	switch w {
	case WorkerKill, WorkerStop, WorkerFreeze:
		return workerNames[dice.IntN(len(workerNames))]
	case TemporalKill, TemporalStop:
		return temporalServer
	case PostgresKill, PostgresStop:
		return postgresServer
	case LinkCut, LinkStall, LinkSlow, LinkReset:
		return linkNames[dice.IntN(len(linkNames))]
	}
	return ""
}
