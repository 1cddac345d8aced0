package chaos

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/books"
	"github.com/aftercare/aftercare/schemas"
)

func TestGoodsThatACaseLeftUnbookedInTheEndAreNoDifferenceAndNoOthersAreExcused(t *testing.T) {
	t.Parallel()
	gaveUp := schemas.Event{Name: schemas.EventLastRung, Data: map[string]string{"step": schemas.GoodsDispose.Name}}
	for name, c := range map[string]struct {
		event     schemas.Event
		ours      int
		warehouse int
		found     int
	}{
		"left out, not booked":             {event: gaveUp, ours: 1},
		"left out, and more than was sent": {event: gaveUp, ours: 1, warehouse: 2, found: 1},
		"another step was left out":        {event: schemas.Event{Name: schemas.EventLastRung, Data: map[string]string{"step": schemas.ParcelLabel.Name}}, ours: 1, found: 1},
		"parked, and freed":                {event: schemas.Event{Name: schemas.EventStuck, Data: map[string]string{"step": schemas.GoodsDispose.Name}}, ours: 1, found: 1},
	} {
		e := &Evidence{Rows: map[string]schemas.View{"shop:r": {CaseID: "shop:r", Events: []schemas.Event{c.event}}}}
		e.Compared.Stock = []books.Movement{{CaseID: "shop:r", LineID: "1", Ours: c.ours, Warehouse: c.warehouse, Differs: "not the same number of pieces"}}
		require.Len(t, differences(e), c.found, name)
	}
}
