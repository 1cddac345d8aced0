package workflows

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// goods is a case in which goods come back: what returns and exchanges have in common. The verbs lie in goods_*.go, in the order
// they happen: review, offers, appeal, label, transit, inspection, the way home, withdrawal, refund.
type goods struct {
	*Case
	// onward sends lines on whose wish is granted; it is where the kinds part ways.
	onward func(*step, []*schemas.Line)
	// unsent ends lines whose goods nobody has sent, each kind in its own way.
	unsent func(*step)
	// undo gives back what lines took that are decided anew; nil where a kind takes nothing.
	undo func(*step, []*schemas.Line)
	// untold are lines whose customer is to hear of their approval with the label that is about to be booked.
	untold []*schemas.Line
}

func openedGoods(ctx workflow.Context, input converter.RawValue, kind schemas.Kind) *goods {
	return &goods{Case: opened(ctx, input, kind)}
}

// goOn sends granted lines on, each kind in its own way.
func (g *goods) goOn(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		l.Offer = nil
	}
	g.onward(s, lines)
}

// text is the template that each kind has of its own: return.approved, exchange.approved.
func (g *goods) text(name string) string { return string(g.story.kind) + "." + name }

// textOf picks between the template of a return and that of an exchange.
func (g *goods) textOf(ofReturn, ofExchange string) string {
	if g.story.kind == schemas.KindExchange {
		return ofExchange
	}
	return ofReturn
}

// named is the name of a clock that each kind has under its own: return.goods_kept, exchange.goods_kept.
func (c *Case) named(clock string) string { return string(c.story.kind) + "." + clock }
