package workflows

import "github.com/aftercare/aftercare/schemas"

// refusedUnscanned is our house turning away a parcel whose first scan was never heard.
func (g *goods) refusedUnscanned(s *step, w schemas.ParcelWord) {
	g.handedOver(s, w)
	g.refusedAtWarehouse(s, w)
}
