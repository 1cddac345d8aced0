package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How goods are brought where they belong. What the warehouse was asked for is kept until it is done or given up, so that the case that goes on with
// this one, should its workflow be ended from outside, asks for it once more in the same words. A key is booked once.

func (c *Case) disposal(key string, goods []schemas.Disposal) schemas.DisposeOrder {
	return schemas.DisposeOrder{Key: key, CaseID: c.CaseID, MerchantID: c.Opening.Request.MerchantID, Goods: goods, At: c.now()}
}

// shelves keeps what the warehouse is asked for.
func (c *Case) shelves(order schemas.DisposeOrder) *schemas.Shelving {
	away := &schemas.Shelving{Key: order.Key, Goods: order.Goods}
	c.Shelving = append(c.Shelving, away)
	return away
}

func (c *Case) shelved(away *schemas.Shelving) {
	c.Shelving = slices.DeleteFunc(c.Shelving, func(one *schemas.Shelving) bool { return one == away })
}

// bringAway asks the warehouse to bring goods of lines away, and reports whether units were settled on the way.
func (c *Case) bringAway(ctx workflow.Context, order schemas.DisposeOrder, lines []*schemas.Line) (settled bool) {
	key, away := order.Key, c.shelves(order)
	disposed, err := do(ctx, c, schemas.GoodsDispose, key, order)
	if err == nil {
		c.shelved(away)
	}
	order.Settle, order.Replaced = nil, nil // what is parked settles nothing: the units are settled by a call of their own then
	c.beside(schemas.GoodsDispose.Name, key, err, func(ctx workflow.Context) error {
		_, err := insistAfter(ctx, c, schemas.GoodsDispose, key, order, parking[schemas.DisposeOrder]{
			lines: lines, correct: func(o *schemas.DisposeOrder, d schemas.CorrectStep) {
				o.Key = fmt.Sprintf("%s/%d", key, c.next("dispose"))
				o.Goods = placedIn(o.Goods, d.Disposition)
				away.Key, away.Goods = o.Key, o.Goods
				for _, l := range lines {
					if l.Disposed {
						l.Disposition = d.Disposition
					}
				}
			},
		}, disposed, err)
		c.shelved(away)
		return err
	})
	return disposed.Settled
}

// bringAwayAgain asks once more for what the warehouse had not answered when the case before was ended.
func (c *Case) bringAwayAgain(s *step, asked []schemas.Shelving) {
	for _, one := range asked {
		lines, _ := sort2(c.Lines, func(l *schemas.Line) bool {
			return l.Disposed && slices.ContainsFunc(one.Goods, func(d schemas.Disposal) bool { return d.LineID == l.LineID })
		})
		s.say("The warehouse is asked again about %s.", one.Key)
		order := c.disposal(one.Key, one.Goods)
		c.effect(schemas.GoodsDispose.Name, order.Key, func(ctx workflow.Context) { c.bringAway(ctx, order, lines) })
	}
}
