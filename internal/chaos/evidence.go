package chaos

import (
	"cmp"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Evidence is what everybody has written down of a run, each for himself. The checks compare it, and change nothing.
type Evidence struct {
	Plan Plan
	Said Said // what the people and machines of the run were told by the doors

	Lives map[string]*Lived       // Temporal's histories, by case
	Rows  map[string]schemas.View // the rows with their events, by case

	Ledger  []store.LedgerEntry
	Charges []store.ChargeEntry
	Claims  []Claim
	Facts   map[string]FactRow // by source and event id

	Refunds  []sandbox.RefundEntry // the payment provider's own books
	Charged  []sandbox.ChargeEntry
	Shipped  []sandbox.ShippedEntry // the warehouse's
	Parcels  []sandbox.ParcelEntry  // the carrier's
	Arrived  map[string]bool        // waybills that the carrier has delivered, booked with it or not
	Untold   []string               // facts that an outside system has not got rid of
	Compared books.Comparison
}

// Claim is one unit that is not free.
type Claim struct {
	MerchantID, OrderID, LineID string
	Unit                        int
	CaseID, Status              string
}

// FactRow is a fact as it was kept.
type FactRow struct {
	Source, EventID, Name, Verdict, CaseID string
	Signalled                              bool
}

// Finding is one thing that is not as it must be.
type Finding struct {
	CaseID string `json:"case_id,omitempty"`
	What   string `json:"what"`
	Look   string `json:"look"` // where to begin
}

// Number is a line of the table: how often something that must never happen has happened.
type Number struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Count    int       `json:"count"`
	Findings []Finding `json:"findings"`
}

// check is one comparison. Each says in docs/chaos.md what it means.
type check struct {
	name, title string
	find        func(*Evidence) []Finding
}

var checks = []check{
	{"double_payments", "double payments", doublePayments},
	{"lost_payments", "lost payments", lostPayments},
	{"lost_cases", "lost cases", lostCases},
	{"phantom_events", "phantom events", phantomEvents},
	{"deadlines_missed", "deadlines missed", deadlinesMissed},
	{"deadlines_twice", "deadlines fired twice", deadlinesTwice},
	{"without_end", "cases without an end", withoutEnd},
	{"lost_words", "decisions, facts and events lost", lostWords},
	{"books", "stock, claims, parcels and rows that differ", differences},
}

// Judge makes every comparison, in the order of the table.
func (e *Evidence) Judge() []Number {
	var numbers []Number
	for _, c := range checks {
		found := c.find(e)
		slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.CaseID, b.CaseID) })
		if found == nil {
			found = []Finding{}
		}
		numbers = append(numbers, Number{Name: c.name, Title: c.title, Count: len(found), Findings: found})
	}
	return numbers
}

// Sound says that every number is zero.
func Sound(numbers []Number) bool {
	return !slices.ContainsFunc(numbers, func(n Number) bool { return n.Count > 0 })
}

// familyOf is the request that a case and its successors belong to, as the id of its first case.
func familyOf(caseID string) string {
	merchant, request, _, ok := schemas.SplitCaseID(caseID)
	if !ok {
		return caseID
	}
	return schemas.CaseID(merchant, request)
}

// order is what was sold under an id, by the run's own memory.
func (e *Evidence) order(merchant, id string) (schemas.ShopOrder, bool) {
	i := slices.IndexFunc(e.Plan.Shop.Orders, func(o schemas.ShopOrder) bool { return o.MerchantID == merchant && o.OrderID == id })
	if i < 0 {
		return schemas.ShopOrder{}, false
	}
	return e.Plan.Shop.Orders[i], true
}

// closed reports whether a case's row says that it has ended.
func (e *Evidence) closed(caseID string) bool {
	v, known := e.Rows[caseID]
	return known && v.ClosedAt != nil
}

// tolerance is by how much a deadline may be late in a run: servers are away for seconds, and what was due meanwhile is done when they
// are back. It is longer than any trouble of a plan with the start that follows it.
const tolerance = 2 * time.Minute
