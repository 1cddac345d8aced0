package play

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// What the warehouse finds in a parcel, and what its customer does about that.

// warehouse passes what has arrived, or shows that it is another article.
func (p Parties) warehouse(v schemas.View) []action {
	lines := inState(v, schemas.Received)
	if p == SilentWarehouse || p == SilentEverybody || len(lines) == 0 {
		return nil
	}
	by, chosen := schemas.Actor{Role: schemas.RoleInspector, ID: "inspector-1"}, schemas.OnLines{Lines: picks(lines)}
	if !p.swaps(v) && !p.wears() {
		return []action{{name: schemas.InspectionPass.Name, by: by, on: on(lines), body: schemas.Pass{OnLines: chosen}}}
	}
	if slices.ContainsFunc(lines, func(l schemas.Line) bool { return l.Unconfirmed != "" }) {
		return nil // a second inspector looks first
	}
	id := shortID(v.CaseID + on(lines))[:12]
	finding := schemas.Fail{OnLines: chosen, Finding: schemas.FindingWrongItem, EvidenceIDs: []string{"photo-" + id, "serial-" + id}, Disposition: schemas.Quarantine}
	if p.wears() {
		finding = schemas.Fail{OnLines: chosen, Finding: schemas.FindingUsed, Grade: schemas.GradeUsed, EvidenceIDs: []string{"photo-" + id}, Disposition: schemas.Refurbish}
	}
	return []action{{name: schemas.InspectionFail.Name, by: by, on: on(lines), body: finding}}
}

// wears reports whether goods come back used.
func (p Parties) wears() bool { return p == CarelessCustomer || p == ObjectingCustomer }

// swaps reports whether the parcel of a customer holds another article.
func (p Parties) swaps(v schemas.View) bool {
	return p == SwappingCustomer || p == SuspiciousCustomer && !suspected(v)
}

// afterFinding is what a customer chooses whose goods were not as declared: whoever sent another article has it back, everybody else
// takes the deduction.
func (p Parties) afterFinding() string {
	if p == SwappingCustomer || p == SuspiciousCustomer {
		return string(schemas.OfferSendBack)
	}
	return ""
}

// second is the second person of an approval: another inspector where it is about a finding, else whoever was asked.
func second(a schemas.Approval) schemas.Actor {
	if a.Finding != nil {
		return schemas.Actor{Role: schemas.RoleInspector, ID: a.Proposer.ID + "-second"}
	}
	by := schemas.Actor{Role: schemas.RoleSupervisor, ID: a.Asked}
	if by.ID == a.Proposer.ID {
		by.ID += "-second"
	}
	return by
}
