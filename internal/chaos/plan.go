package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// Plan is everything that will be done in a run. The same seed makes the same plan.
type Plan struct {
	Seed     uint64
	Shop     Shop
	Wishes   []Wish
	Troubles []Trouble // in the order of their moments
	Faults   []Fault
}

// Wish is one request and how the people around it behave.
type Wish struct {
	Sort    string // in words
	Request schemas.Request
	Manner  Manner
	Mood    Mood
}

// CaseID is the case that the wish becomes.
func (w Wish) CaseID() string { return schemas.CaseID(w.Request.MerchantID, w.Request.RequestID) }

// Manner is how a case is played: who is silent, by which policy, and whether its time is moved ahead while nobody has anything to do.
type Manner struct {
	Parties play.Parties
	Policy  string
	Fast    bool
}

// manners are dealt out in this proportion. Under the demo policy clocks run in real minutes, so nobody is silent there; a short run has no
// minutes, and moves them ahead too.
var manners = []Manner{
	{play.Prompt, "demo", false},
	{play.Prompt, "demo", false},
	{play.Prompt, "default", true},
	{play.Prompt, "default", true},
	{play.SilentCustomer, "default", true},
	{play.SilentMerchant, "default", true},
	{play.SilentWarehouse, "default", true},
	{play.LossyCourier, "default", true},
}

// Size is how large a run is.
type Size struct {
	Seed  uint64
	Cases int           // requests that are opened
	Span  time.Duration // in which things break; afterwards what is open may end in peace
	Every time.Duration // from one trouble to the next
	Short bool          // every kind of trouble once and no more
	Now   time.Time     // orders were delivered two days before
}

// NewPlan draws a plan.
func NewPlan(s Size) Plan {
	p := Plan{Seed: s.Seed}
	for _, t := range tenants {
		p.Shop.Articles = append(p.Shop.Articles, catalogue(t)...)
	}
	p.draw(s)
	p.Troubles = troubles(rand.New(rand.NewPCG(s.Seed, 2)), s)
	p.Faults = faults(rand.New(rand.NewPCG(s.Seed, 3)), p.Wishes)
	return p
}

// draw deals out wishes, merchants and manners, each evenly, in an order of chance.
func (p *Plan) draw(s Size) {
	dice := rand.New(rand.NewPCG(s.Seed, 1))
	sorts, shops, ways := deck(dice, wishes), deck(dice, tenants), deck(dice, manners)
	minds := deck(dice, moods)
	for n := 0; len(p.Wishes) < s.Cases; n++ {
		w, t, m := sorts(), shops(), ways()
		m.Fast = m.Fast || s.Short
		order, customer := sale(t, fmt.Sprintf("o-%d", n), w.bought, s.Now)
		r := schemas.Request{
			RequestID: fmt.Sprintf("r-%d", n), Kind: schemas.KindReturn, MerchantID: t.id, OrderID: order.OrderID, CustomerID: order.CustomerID,
			Channel: "web", Reason: schemas.ChangedMind, SettleWith: schemas.SettleOriginal,
		}
		w.ask(&r, &order, dice)
		p.Shop.Orders, p.Shop.Customers = append(p.Shop.Orders, order), append(p.Shop.Customers, customer)
		p.Wishes = append(p.Wishes, Wish{Sort: w.name, Request: r, Manner: m, Mood: minds()})
		if w.twice && len(p.Wishes) < s.Cases {
			again := r
			again.RequestID += "-again"
			again.Lines = slices.Clone(r.Lines)
			p.Wishes = append(p.Wishes, Wish{Sort: w.name, Request: again, Manner: m})
		}
	}
}

// deck deals out every card once before any comes again.
func deck[T any](dice *rand.Rand, cards []T) func() T {
	var left []T
	return func() T {
		if len(left) == 0 {
			left = slices.Clone(cards)
			dice.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		}
		card := left[len(left)-1]
		left = left[:len(left)-1]
		return card
	}
}

// Fault is what an outside system is told beforehand.
type Fault struct {
	System    sandbox.System
	Operation string
	Mode      sandbox.Mode
	Times     int
	Param     string
	Match     string
}

// faults deals out the faults that the sandboxes can be told, to the wishes with which they can happen: up to two for a wish.
func faults(dice *rand.Rand, asked []Wish) (told []Fault) {
	all := sandbox.Tellable()
	ofReturns := slices.DeleteFunc(slices.Clone(all), func(a sandbox.Ability) bool { return !ofReturn[a.System][a.Operation] })
	decks := map[schemas.Kind]func() sandbox.Ability{schemas.KindReturn: deck(dice, ofReturns), schemas.KindExchange: deck(dice, all)}
	for _, w := range asked {
		next := decks[w.Request.Kind]
		many := dice.IntN(3)
		if w.Request.Kind == schemas.KindExchange {
			many = 1 + dice.IntN(2) // there is more of it that can go wrong
		}
		for range many {
			can := next()
			for w.Manner.Parties == play.SilentMerchant && leavesMoneyToPeople(can) {
				can = next()
			}
			f := Fault{
				System: can.System, Operation: can.Operation, Mode: can.Mode, Times: 1 + dice.IntN(2), Param: paramOf(dice, can),
				Match: w.CaseID() + "/",
			}
			switch {
			case can.System == sandbox.SystemOrders:
				f.Match = w.Request.OrderID
			case can.System == sandbox.SystemCourier && can.Operation == "trace":
				f.Match = "" // it is asked by waybill, and nobody knows those yet
			}
			told = append(told, f)
		}
	}
	return told
}

// leavesMoneyToPeople tells the faults after which money can only be moved on by somebody of the merchant's. Where all of them are silent such
// a case stays open until it is paid, which is right and has no end to be compared.
func leavesMoneyToPeople(can sandbox.Ability) bool {
	return can.System == sandbox.SystemPayments && (can.Mode == sandbox.Never || can.Mode == sandbox.Refuse || can.Mode == sandbox.Reverse)
}

// ofReturn are the operations that a return needs. An exchange may need all of them.
var ofReturn = map[sandbox.System]map[string]bool{
	sandbox.SystemOrders:   {"order": true},
	sandbox.SystemPayments: {"refund": true, "lookup": true, sandbox.Settling: true},
	sandbox.SystemCourier:  {"label": true, "register": true, "send_back": true, "trace": true},
	sandbox.SystemStock:    {"dispose": true},
	sandbox.SystemNotices:  {"deliver": true},
}

var refusals = []schemas.Code{schemas.CodeBalance, schemas.CodeAccountClosed, schemas.CodeExpired, schemas.CodeDeclined}

func paramOf(dice *rand.Rand, can sandbox.Ability) string {
	some := func(least, most int) string { return fmt.Sprintf("%dms", least+dice.IntN(most-least)) }
	switch can.Mode {
	case sandbox.Slow:
		return some(100, 3000)
	case sandbox.Fail:
		return some(10, 1000)
	case sandbox.Reverse:
		return some(1, 500)
	case sandbox.Refuse:
		if can.System == sandbox.SystemPayments {
			return string(refusals[dice.IntN(len(refusals))])
		}
		return "refused"
	case sandbox.Never:
		return "not_accepted"
	case sandbox.Lose, sandbox.Twice:
	}
	return ""
}
