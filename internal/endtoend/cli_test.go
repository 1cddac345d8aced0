package endtoend

import (
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// refusedWith wants exit code 1 and a sentence that names the code.
func (s said) refusedWith(t *testing.T, code schemas.Code) {
	t.Helper()
	require.Equal(t, 1, s.code, "%s%s", s.out, s.errors)
	require.Contains(t, s.out+s.errors, string(code))
}

func TestTheCommandLineRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(bought)
	caseID := h.open(r, "default")
	v := h.awaitState(caseID, schemas.Review)
	customer := "customer:" + r.CustomerID
	large := strings.Repeat("x", 2<<20)

	// What is written wrongly ends with 2, and says how it is written rightly.
	for _, args := range [][]string{
		{"show"},
		{"do", caseID},
		{"frobnicate"},
		{"do", caseID, "review.approve", "--as", "agent"},
		{"play", sample("requests.jsonl"), "--parties", "angry"},
		{"import", "/nowhere.jsonl"},
		{"list", "--limit", "0"},
		{"list", "--state", "reveiw"},
		{"list", "--turn", "boss"},
		{"list", "--kind", "gift"},
		{"list", "--priority", "P9"},
		{"list", "--closed", "--all"},
		{"list", "--due-before", "soon"},
		{"open", "-"},
		{"sandbox", "tell", "payments", "refund", "explode"},
		{"import", sample("orders.jsonl"), "--as-of", "yesterday"},
		{"play", sample("requests.jsonl"), "--in-flight", "0"},
	} {
		s := h.starter(args...)
		require.Equal(t, 2, s.code, "%v\n%s%s", args, s.out, s.errors)
		require.NotEmpty(t, s.errors, "%v", args)
	}

	// A request that cannot be read becomes no case.
	written, err := json.Marshal(r)
	require.NoError(t, err)
	for line, code := range map[string]schemas.Code{
		`{"request_id": `:                   schemas.CodeMalformed,
		`["a","list"]`:                      schemas.CodeWrongType,
		`{"request_id":"x","colour":"red"}`: schemas.CodeUnknownField,
		`{"request_id":7}`:                  schemas.CodeWrongType,
		`{"request_id":"x"}`:                schemas.CodeMissingField,
		`{"request_id":"` + large + `"}`:    schemas.CodeTooLarge,

		strings.Replace(string(written), r.RequestID, "a b", 1):     schemas.CodeBadID,
		strings.Replace(string(written), `"return"`, `"repair"`, 1): schemas.CodeUnsupported,
	} {
		h.starterReads(line+"\n", "open", "-").refusedWith(t, code)
		h.starterReads(line+"\n", "open", "-", "--json").refusedWith(t, code)
	}

	// An id that was used is told from a request that is sent again.
	h.starterReads(string(written)+"\n", "open", "-").done(t)
	other := strings.Replace(string(written), `"`+string(r.Reason)+`"`, `"damaged"`, 1)
	require.NotEqual(t, string(written), other)
	h.starterReads(other+"\n", "open", "-").refusedWith(t, schemas.CodeOtherRequest)
	h.starterReads(string(written)+"\n", "open", "-", "--policy", "demo").refusedWith(t, schemas.CodeOtherRequest)
	h.starterReads(strings.Replace(string(written), r.RequestID, "n\\u0000ul", 1)+"\n", "open", "-").refusedWith(t, schemas.CodeBadValue)

	// A command that may not be given leaves the case as it was.
	do := func(args ...string) said { return h.starter(append([]string{"do"}, args...)...) }
	do(caseID, "review.approve", "--as", customer).refusedWith(t, schemas.CodeWrongRole)
	do(caseID, "case.withdraw", "--as", "customer:c-nobody").refusedWith(t, schemas.CodeNotYours)
	do(caseID, "inspection.pass", "--as", "inspector:inspector-1").refusedWith(t, schemas.CodeWrongState)
	do(caseID, "review.approve", "--as", "agent:agent-1", "--revision", "1").refusedWith(t, schemas.CodeStale)
	do(caseID, "review.approve", "--as", "agent:agent-1", "--with", `{"lines":`).refusedWith(t, schemas.CodeMalformed)
	do(caseID, "review.approve", "--as", "agent:agent-1", "--with", `{"colour":"red"}`).refusedWith(t, schemas.CodeUnknownField)
	do(caseID, "review.approve", "--as", "agent:agent-1", "--with", `{"lines":[{"line_id":"9"}]}`).refusedWith(t, schemas.CodeUnknownLine)
	do(caseID, "review.approve", "--as", "king:agent-1").refusedWith(t, schemas.CodeBadValue)
	do(caseID, "review.dance", "--as", "agent:agent-1").refusedWith(t, schemas.CodeUnknownName)
	do("shop:nobody", "review.approve", "--as", "agent:agent-1").refusedWith(t, schemas.CodeUnknownCase)
	do("no case id", "review.approve", "--as", "agent:agent-1").refusedWith(t, schemas.CodeUnknownCase)
	h.starter("show", "shop:nobody").refusedWith(t, schemas.CodeUnknownCase)
	h.starterReads(`{"text":"`+large+`"}`, "do", caseID, "case.message", "--as", customer, "--with", "-").refusedWith(t, schemas.CodeTooLarge)
	h.starterReads(`{"text":"`+strings.Repeat("x", 20<<10)+`"}`, "do", caseID, "case.message", "--as", customer, "--with", "-").refusedWith(t, schemas.CodeTooLarge)
	h.starter("notify", "courier", "--with", `{"fact":"parcel.teleported","body":{}}`).refusedWith(t, schemas.CodeUnknownName)
	h.starter("notify", "courier", "--with", `{"fact":"parcel.scanned","body":{"waybill":7}}`).refusedWith(t, schemas.CodeWrongType)
	h.starter("notify", "a carrier", "--with", `{"fact":"parcel.scanned","body":{"waybill":"W1"}}`).refusedWith(t, schemas.CodeBadID)
	h.starter("notify", "payments", "--with", `{"fact":"refund.succeeded","body":{"refund_id":"x","amount":{"minor":-1,"currency":"USD"}}}`).refusedWith(t, schemas.CodeBadAmount)
	do(caseID, "case.message", "--as", customer, "--with", `{"text":"a\u0000b"}`).refusedWith(t, schemas.CodeBadValue)
	do(caseID, "review.approve", "--as", "agent:agent-1", "--with", `{"freight":"customer","freight":"merchant"}`).refusedWith(t, schemas.CodeBadValue)
	require.Equal(t, v.Revision, h.row(caseID).Revision, "a refused command leaves no trace")

	// The same command is one command.
	once := []string{caseID, "review.approve", "--as", "agent:agent-1", "--command-id", "approve-1", "--json"}
	first := do(once...).done(t)
	require.Equal(t, first.out, do(once...).done(t).out)
	do(caseID, "case.withdraw", "--as", customer, "--json").done(t)
	h.canForward()
	h.passUntilEnd(caseID, schemas.Withdrawn)
	do(caseID, "review.approve", "--as", "agent:agent-1").refusedWith(t, schemas.CodeCaseClosed)
	require.Contains(t, h.starter("show", caseID).done(t).out, "WITHDRAWN")

	for _, args := range [][]string{{"--help"}, {"list", "--all"}, {"show", caseID, "--json"}, {"books"}, {"names"}, {"today"}, {"today", "agent-1", "--json"}, {"migrate", "--json"}, {"sandbox", "clear", "notices", "--json"}, {"rebuild"}, {"sandbox", "show"}} {
		h.starter(args...).done(t)
	}
	h.sound()
}

func TestTheCommandLineSaysWhenAServerIsNotThere(t *testing.T) {
	t.Parallel()
	h := openHouse(t, need{noWorker: true})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := listener.Addr().String()
	require.NoError(t, listener.Close())

	noTemporal := h.settings(nobody)
	s := h.starterIn(t.Context(), noTemporal, "", "show", "shop:r-1")
	require.Equal(t, 1, s.code)
	require.Contains(t, s.errors, nobody)
	require.Contains(t, s.errors, "starter dev")

	noDatabase := append([]string{}, h.settings(h.address)...)
	for i, v := range noDatabase {
		if strings.HasPrefix(v, "DATABASE_URL=") {
			noDatabase[i] = "DATABASE_URL=postgres://aftercare:secret-word@" + nobody + "/aftercare"
		}
	}
	s = h.starterIn(t.Context(), noDatabase, "", "list")
	require.Equal(t, 1, s.code)
	require.NotEmpty(t, s.errors)
	require.NotContains(t, s.errors, "secret-word")
}

func TestAPersonAskedForAfterInvalidOpensASuccessorAtReview(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r := h.wish(underWay)
	first := h.open(r, "default")
	h.awaitEnd(first, schemas.Invalid)
	require.Equal(t, schemas.CodeNotYours, h.refused(first, schemas.CaseRequestHuman.Name, agent, schemas.RequestHuman{}).Code)
	h.starter("do", first, "case.request_human", "--as", "customer:"+r.CustomerID).done(t)
	next := schemas.SuccessorID(first)
	require.Equal(t, "shop:"+r.RequestID+":2", next)
	v := h.awaitState(next, schemas.Review)
	require.Equal(t, first, v.PredecessorID)
	for _, l := range v.Lines {
		require.Len(t, l.Units, l.Quantity, "it takes what is free")
		require.Equal(t, schemas.ProposeReview, l.Verdict.Proposal)
		require.False(t, l.Verdict.Owed, "silence does not grant it")
		require.Equal(t, "not_delivered", l.Verdict.Reason)
	}
	// Asked twice, it is one successor.
	h.do(first, schemas.CaseRequestHuman.Name, customerOf(r), schemas.RequestHuman{})
	h.do(next, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "not_delivered"})
	h.awaitState(next, schemas.RejectedAppealable)
	h.sound()
}

func TestRowsOfOpenCasesAreRebuiltFromTheirWorkflows(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	var open []string
	for _, r := range []schemas.Request{h.wish(bought), h.wish(threeTimes), h.wish(dear)} {
		id := h.open(r, "default")
		h.awaitState(id, schemas.Review)
		open = append(open, id)
	}
	h.do(open[1], schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.do(open[2], schemas.CaseMessage.Name, schemas.Actor{Role: schemas.RoleCustomer, ID: h.row(open[2]).CustomerID}, schemas.Message{EvidenceIDs: []string{"photo-1"}})
	h.sound()
	for _, id := range open {
		h.until(id+": its messages are sent", func() bool {
			own, err := h.cases.Ask(t.Context(), id)
			return err == nil && len(own.Work) == 0
		})
	}
	for _, sql := range []string{`delete from aftercare.parcels`, `delete from aftercare.events`, `delete from aftercare.cases`} {
		_, err := h.sql().Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	var counted struct{ Asked, Written int }
	h.until("Temporal lists the open cases", func() bool {
		s := h.starter("rebuild", "--json").done(t)
		require.NoError(t, json.Unmarshal([]byte(s.out), &counted))
		return counted.Asked == len(open)
	})
	for _, id := range open {
		own, err := h.cases.Ask(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, pretty(t, own), pretty(t, h.row(id)), id)
	}
	// And the next step of a rebuilt case is written as if nothing had been.
	h.do(open[0], schemas.ReviewApprove.Name, agent, schemas.Approve{})
	h.sound()
}
