package endtoend

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/devstack/stacktest"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// patience is how long anything that must happen may take: what has not happened by then never will. It covers a worker that was killed in
// the middle of a call, which is given up after thirty seconds and repeated, several times, on a machine that is slow as well.
const patience = 6 * time.Minute

// house is one Aftercare at work: a database and a Temporal namespace of its own on the servers of this process, and a
// worker as a process.
type house struct {
	t         *testing.T
	database  string
	address   string
	namespace string
	temporal  client.Client
	store     *store.Store
	world     *sandbox.World
	cases     *cases.Client
	worker    *workerProcess
	logs      string
	shelf     *shelf
	news      *news
	// workerAddress is where the worker finds Temporal, when that is not where everybody else does.
	workerAddress string
	earlier       string   // the program of an earlier version's worker
	workerAlso    []string // settings of the worker beside those of every program
	postgres      *stacktest.PostgresServer
	server        *stacktest.TemporalServer
	conn          *pgx.Conn
}

// patiently lets the programs of a house wait for a PostgreSQL that has too much to do.
const patiently = "&statement_timeout=120000"

// need says what a house must have of its own.
type need struct {
	ownPostgres bool
	ownTemporal bool
	noWorker    bool
}

// openHouse opens a house for one test and its worker with it.
func openHouse(t *testing.T, needs ...need) *house {
	t.Helper()
	var n need
	if len(needs) > 0 {
		n = needs[0]
	}
	h := &house{t: t, logs: t.TempDir(), news: &news{}}
	h.findServers(n)
	h.connect()
	h.shelf = newShelf(h)
	t.Cleanup(h.explain)
	if !n.noWorker {
		h.startWorker()
	}
	return h
}

// in is the same house for a part of the test.
func (h *house) in(t *testing.T) *house {
	part := *h
	part.t, part.conn = t, nil
	return &part
}

// explain shows, after a test that failed, the cases that are still open and the worker's last words.
func (h *house) explain() {
	if !h.t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	open, _, err := h.store.ListCases(ctx, store.Filter{Everywhere: true, Scope: store.ScopeOpen}, store.Page{Limit: 5})
	if err != nil {
		h.t.Log(err)
	}
	for _, v := range open {
		v = h.row(v.CaseID)
		h.t.Logf("still open: %s", timeline(v))
		for _, k := range v.Clocks {
			h.t.Logf("  %s %s due %s paused %t", k.ClockID, k.Name, k.Due.Format(time.RFC3339), k.Paused)
		}
		for _, w := range v.Work {
			h.t.Logf("  work %s %s since %s: %s", w.Name, w.Key, w.Since.Format(time.RFC3339), w.Cause)
		}
	}
	h.t.Logf("the worker's last words: %s", h.worker.tail())
}

func (h *house) findServers(n need) {
	t := h.t
	if n.ownPostgres {
		h.postgres = stacktest.OwnPostgres(t)
		h.database = h.postgres.URL + patiently
		require.NoError(t, migrate(h.database))
	} else {
		h.database = stacktest.Database(t, migrate) + patiently
	}
	if n.ownTemporal {
		h.server = stacktest.OwnTemporal(t, app.SearchAttributes())
		h.address, h.namespace = h.server.Address, h.server.Namespace
		return
	}
	// A worker serves one database, so the cases of another must not reach it: a namespace for each house.
	h.address, _ = stacktest.Temporal(t, nil)
	h.namespace = "house-" + strings.ToLower(rand.Text()[:10])
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, devstack.EnsureNamespace(ctx, h.address, h.namespace, app.SearchAttributes()))
}

func migrate(url string) error { return app.Migrate(context.Background(), url, func(string) {}) }

func (h *house) connect() {
	t := h.t
	var err error
	h.store, err = store.Open(t.Context(), h.database)
	require.NoError(t, err)
	t.Cleanup(h.store.Close)
	h.world, err = sandbox.Open(t.Context(), h.database)
	require.NoError(t, err)
	t.Cleanup(h.world.Close)
	h.temporal, err = client.Dial(client.Options{
		HostPort: h.address, Namespace: h.namespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(h.temporal.Close)
	h.cases = cases.New(h.temporal, app.Records(h.store), schemas.DoorAPI)
	h.news.listen(t, h.store)
}

// settings are the environment of the programs in this house.
func (h *house) settings(temporalAddress string) []string {
	env := []string{
		"TEMPORAL_ADDRESS=" + temporalAddress, "TEMPORAL_NAMESPACE=" + h.namespace, "DATABASE_URL=" + h.database,
		"AFTERCARE_DEV_POLICIES=true", "AFTERCARE_LOG_LEVEL=warn",
	}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TEMPORAL_") && !strings.HasPrefix(v, "AFTERCARE_") && !strings.HasPrefix(v, "DATABASE_URL=") {
			env = append(env, v)
		}
	}
	return env
}

// news tells whoever waits that a row has changed.
type news struct {
	mu      sync.Mutex
	changed chan struct{}
}

func (n *news) listen(t *testing.T, s *store.Store) {
	n.changed = make(chan struct{})
	heard, err := s.Listen(t.Context())
	require.NoError(t, err)
	go func() {
		for range heard {
			n.mu.Lock()
			close(n.changed)
			n.changed = make(chan struct{})
			n.mu.Unlock()
		}
	}()
}

func (n *news) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

// until waits until something is so, looking again whenever a row has changed, and now and then.
func (h *house) until(what string, so func() bool) {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		changed := h.news.next()
		if so() {
			return
		}
		select {
		case <-changed:
		case <-time.After(200 * time.Millisecond):
		case <-deadline:
			require.FailNow(h.t, "waited in vain", "%s\nworker: %s", what, h.worker.tail())
		}
	}
}

// row is the case as PostgreSQL has it; empty while there is none.
func (h *house) row(caseID string) schemas.View {
	v, err := h.store.CaseRow(context.Background(), caseID)
	if errors.Is(err, store.ErrNotFound) || store.Unavailable(err) {
		return schemas.View{}
	}
	require.NoError(h.t, err)
	return v
}

// await waits until the row of a case is as wanted.
func (h *house) await(caseID, what string, wanted func(schemas.View) bool) schemas.View {
	h.t.Helper()
	var v schemas.View
	came := false
	defer func() {
		if !came {
			h.t.Log(timeline(v))
		}
	}()
	h.until(caseID+": "+what, func() bool {
		v = h.row(caseID)
		came = v.CaseID != "" && wanted(v)
		return came
	})
	return v
}

func (h *house) awaitState(caseID string, state schemas.State) schemas.View {
	h.t.Helper()
	return h.await(caseID, string(state), func(v schemas.View) bool { return v.State == state && v.Revision > 0 })
}

func (h *house) awaitEnd(caseID string, outcome schemas.Outcome) schemas.View {
	h.t.Helper()
	v := h.awaitState(caseID, schemas.Closed)
	require.Equal(h.t, outcome, v.Outcome, "%s\n%s", caseID, timeline(v))
	return v
}

// open opens the case of a request under a policy.
func (h *house) open(r schemas.Request, policy string) string {
	h.t.Helper()
	opened, err := h.cases.Open(h.t.Context(), r, policy)
	require.NoError(h.t, err)
	return opened.CaseID
}

// do gives a command that is taken.
func (h *house) do(caseID, command string, as schemas.Actor, body any) schemas.Receipt {
	h.t.Helper()
	receipt, err := h.try(caseID, command, as, body)
	require.NoError(h.t, err, "%s %s", caseID, command)
	return receipt
}

// try gives a command, again while a server or the worker is away.
func (h *house) try(caseID, command string, as schemas.Actor, body any) (schemas.Receipt, error) {
	return h.send(caseID, command, schemas.Order{CommandID: "c-" + rand.Text(), Actor: as, Body: raw(h.t, body)})
}

func (h *house) send(caseID, command string, order schemas.Order) (schemas.Receipt, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	for {
		once, stop := context.WithTimeout(ctx, 20*time.Second)
		receipt, err := h.cases.Send(once, caseID, command, order)
		stop()
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) && refusal.Code == schemas.CodeUnavailable && ctx.Err() == nil {
			continue
		}
		return receipt, err
	}
}

// answerSurvey waits until the customer is asked how it went, and answers.
func (h *house) answerSurvey(caseID string, overall int, solved schemas.Solved) {
	h.t.Helper()
	v := h.await(caseID, "the customer is asked", func(v schemas.View) bool { return v.Survey != nil && v.Survey.SentAt != nil })
	h.do(caseID, schemas.SurveyAnswer.Name, schemas.Actor{Role: schemas.RoleCustomer, ID: v.CustomerID}, schemas.AnswerSurvey{Overall: overall, Solved: solved})
}

// refused gives a command that is not taken.
func (h *house) refused(caseID, command string, as schemas.Actor, body any) *schemas.Refusal {
	h.t.Helper()
	_, err := h.try(caseID, command, as, body)
	var refusal *schemas.Refusal
	require.ErrorAs(h.t, err, &refusal)
	return refusal
}

// report lets a machine say something, the sandbox's carrier knowing it too.
func (h *house) report(fact string, source, eventID string, at time.Time, body any) cases.Noted {
	h.t.Helper()
	report := schemas.Report{Source: source, EventID: eventID, OccurredAt: at, Body: raw(h.t, body)}
	if strings.HasPrefix(fact, "parcel.") || strings.HasPrefix(fact, "goods.") {
		require.NoError(h.t, h.world.Happened(h.t.Context(), fact, report))
	}
	noted, err := h.cases.Report(h.t.Context(), fact, report)
	require.NoError(h.t, err)
	return noted
}

// carrier reports on the parcel to the merchant, or where there is none on the last one of the case.
func (h *house) carrier(caseID, fact string) {
	h.t.Helper()
	var v schemas.View
	h.until(caseID+": the carrier has its parcel", func() bool {
		own, err := h.cases.Ask(h.t.Context(), caseID)
		booking := slices.ContainsFunc(own.Work, func(w schemas.Work) bool { return strings.HasPrefix(w.Name, "parcel.") && w.Cause == "" })
		v = h.row(caseID)
		return err == nil && !booking && len(v.Parcels) > 0 && len(v.Parcels) == len(own.Parcels)
	})
	p := v.Parcels[len(v.Parcels)-1]
	h.report(fact, "courier", rand.Text(), v.Now, schemas.ParcelWord{Waybill: p.Waybill, Carrier: p.Carrier})
}

func raw(t *testing.T, v any) json.RawMessage {
	t.Helper()
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func timeline(v schemas.View) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s rev %d, refunded %s\n", v.CaseID, v.State, v.Outcome, v.Revision, v.Money.Refunded)
	for _, e := range v.Events {
		fmt.Fprintf(&b, "%3d %s %-18s %-22s %-18s %s\n", e.Revision, e.At.Format("01-02 15:04:05"), e.Name, e.Actor, e.State, e.Message)
	}
	return b.String()
}

// programs builds the worker and the starter once, and says in which folder they are.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "aftercare-endtoend-*")
	if err != nil {
		return "", err
	}
	left = append(left, dir)
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./worker", "./starter")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the worker and the starter: %w\n%s", err, out)
	}
	return dir, nil
})

// left are the folders that are removed when every test has ended.
var left []string

// side is how many tests run side by side. Most of them wait most of the time: for a clock, or for a call that was lost with
// a killed worker to be given up.
const side = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", side)
	}
	code := m.Run()
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func program(t *testing.T, name string) string {
	t.Helper()
	dir, err := programs()
	require.NoError(t, err)
	return filepath.Join(dir, name)
}

// long marks a test that a quick run leaves out.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long; left out with -short")
	}
}
