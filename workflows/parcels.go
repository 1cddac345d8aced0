package workflows

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

func (c *Case) parcel(waybill string) *parcelRecord {
	for _, p := range c.Parcels {
		if p.Waybill == waybill {
			return (*parcelRecord)(p)
		}
	}
	return nil
}

// parcelRecord lets a parcel keep its own books.
type parcelRecord schemas.Parcel

// book keeps what a carrier said. Events come twice, late and in any order: a parcel never goes back from delivered, and
// its last movement is the latest that was reported, by the carrier's own time.
func (p *parcelRecord) book(name string, at time.Time) {
	if p.MovedAt == nil || at.After(*p.MovedAt) {
		moved := at
		p.MovedAt = &moved
	}
	switch name {
	case schemas.ParcelScanned.Name:
		if p.ScannedAt == nil || at.Before(*p.ScannedAt) {
			p.ScannedAt = &at
		}
		if p.Status == schemas.ParcelExpected {
			p.Status = schemas.ParcelMoving
		}
	case schemas.ParcelDeliver.Name, schemas.GoodsReceived.Name:
		if p.DeliveredAt == nil || at.Before(*p.DeliveredAt) {
			p.DeliveredAt = &at
		}
		p.Status = schemas.ParcelDelivered
	case schemas.ParcelLoss.Name:
		p.setUnlessDelivered(schemas.ParcelLost)
	case schemas.ParcelDamage.Name:
		p.setUnlessDelivered(schemas.ParcelDamaged)
	case schemas.ParcelRefusal.Name, schemas.ParcelReturns.Name:
		p.setUnlessDelivered(schemas.ParcelRefused)
	}
}

func (p *parcelRecord) setUnlessDelivered(status schemas.ParcelStatus) {
	if p.Status != schemas.ParcelDelivered {
		p.Status = status
	}
}

// parcelOrder is what the courier is asked with. Its key makes a parcel once, however often it is asked for.
func (c *Case) parcelOrder(lines []*schemas.Line, direction schemas.Direction, paidBy schemas.Turn) schemas.ParcelOrder {
	r := c.Opening.Request
	return schemas.ParcelOrder{
		Key: fmt.Sprintf("%s/parcel/%d", c.CaseID, c.next("parcel")), CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID,
		CustomerID: r.CustomerID, Direction: direction, Lines: picksOf(lines), PaidBy: paidBy, At: c.now(),
	}
}

// raise puts a case before a level without a clock of its own: another clock runs already.
func (c *Case) raise(s *step, level int, cause string) {
	c.Level = max(c.Level, level)
	person := c.personAt(level).ID
	s.note("level", level)
	s.say("Level %d is told: %s.", level, person)
	s.staff("staff.escalated", person, vars{"level": levelName(level), "reason": cause, "due": stamp(c.dueOf(s.lines))})
}

// firstDue is the nearest due of the case, for messages that have none of their own.
func (c *Case) firstDue() time.Time {
	if due := c.due(); due != nil {
		return *due
	}
	return c.now()
}

// factFrom makes a report of this case's own, for another case.
func factFrom[In any](c *Case, f schemas.Fact[In], body In) schemas.Report {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Errorf("fact %s: %w", f.Name, err)) // a plain struct of ours always marshals
	}
	return schemas.Report{Source: "case", EventID: f.Name + "/" + c.CaseID, OccurredAt: c.now(), ReceivedAt: c.now(), Door: schemas.DoorWorkflow, Body: raw}
}
