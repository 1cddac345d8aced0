package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Goods whose word comes after the end are a task of the owner's; whatever was heard of before had to be answered.
func TestGoodsThatAreHeardOfAfterTheEndAreToldOf(t *testing.T) {
	t.Parallel()
	b, l := newBooks(), line("1", 1000)
	l.Outcome, l.GoodsWith, l.Since = schemas.RejectedFinal, schemas.TurnWarehouse, started.Add(24*time.Hour)
	moved := started.Add(time.Hour)
	p := &parcelBook{HeardAt: moved, Parcel: schemas.Parcel{
		Waybill: "LB1", Direction: schemas.ToMerchant, Status: schemas.ParcelDelivered, MovedAt: &moved, Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}},
	}}
	b.Parcels["LB1"] = p
	b.Given = []givenTask{{CaseID: "shop:r-1", Task: "late_fact", Left: true}}
	require.Contains(t, endOf(b, l), "and the shop has the goods", "the case knew in time that it has them")
	p.HeardAt = l.Since.Add(time.Hour)
	require.Empty(t, endOf(b, l))
	b.Given = nil
	require.Contains(t, endOf(b, l), "nobody was told")
}
