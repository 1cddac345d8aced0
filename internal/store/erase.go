package store

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/erase_cases.sql
	eraseCases string
	//go:embed queries/erase_texts.sql
	eraseTexts string
	//go:embed queries/erase_customer.sql
	eraseCustomer string
	//go:embed queries/erase_methods.sql
	eraseMethods string
	//go:embed queries/erase_packs.sql
	erasePacks string
	//go:embed queries/erasure_put.sql
	erasurePut string
	//go:embed queries/customer_known.sql
	customerKnown string
	//go:embed queries/legal_hold_put.sql
	legalHoldPut string
)

// mayErase and mayHoldLaw are the roles that answer for personal data, and for what must not be destroyed.
var (
	mayErase   = []schemas.Role{schemas.RolePrivacy, schemas.RoleLegal}
	mayHoldLaw = []schemas.Role{schemas.RolePrivacy, schemas.RoleLegal, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator}
)

// Erasure is what was done with a customer's personal data.
type Erasure struct {
	MerchantID string    `json:"merchant_id"`
	CustomerID string    `json:"customer_id"`
	ErasedAt   time.Time `json:"erased_at"` // the first time
	Texts      int       `json:"texts"`     // words forgotten by this call
}

// Erase forgets a customer: name, addresses, phone, payment methods, the words of all cases, and the evidence packs that hold them. Ids,
// amounts, times and hashes stay, because the law wants the records of a transaction kept. It may be repeated, and then forgets what has
// been said since.
//
// It is refused while a legal hold stands on any case of the customer's (on_hold), and while a case is open (wrong_state): it could not be
// finished without reaching the customer. The refusal names the cases.
func (s *Store) Erase(ctx context.Context, merchant, customer string, by schemas.Actor, reason string, at time.Time) (Erasure, error) {
	done := Erasure{MerchantID: merchant, CustomerID: customer}
	if refusal := checkOffice(by, mayErase, reason); refusal != nil {
		return done, refusal
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, customerKnown, merchant, customer).Scan(&known); err != nil {
			return err
		}
		if !known {
			return refuse(schemas.CodeBadValue, "customer_id", "merchant %.64s has no customer %.64q.", merchant, customer)
		}
		if err := freeToErase(ctx, tx, merchant, customer); err != nil {
			return err
		}
		forgotten, err := tx.Exec(ctx, eraseTexts, merchant, customer, at)
		if err != nil {
			return err
		}
		done.Texts = int(forgotten.RowsAffected())
		for _, sql := range []string{erasePacks, eraseMethods, eraseCustomer} {
			if _, err := tx.Exec(ctx, sql, merchant, customer); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, erasurePut, merchant, customer, at, by.Role, by.ID, reason).Scan(&done.ErasedAt)
	})
	if err != nil {
		return Erasure{}, fmt.Errorf("erase customer %s: %w", customer, err)
	}
	done.ErasedAt = done.ErasedAt.UTC()
	return done, nil
}

func freeToErase(ctx context.Context, tx pgx.Tx, merchant, customer string) error {
	rows, err := tx.Query(ctx, eraseCases, merchant, customer)
	if err != nil {
		return err
	}
	var id string
	var isOpen, isHeld bool
	var open, held []string
	if _, err := pgx.ForEachRow(rows, []any{&id, &isOpen, &isHeld}, func() error {
		if isHeld {
			held = append(held, id)
		} else if isOpen {
			open = append(open, id)
		}
		return nil
	}); err != nil {
		return err
	}
	switch {
	case len(held) > 0:
		return refuse(schemas.CodeOnHold, "customer_id", "a %s stands on %s; nothing of this customer is erased until it is lifted.", schemas.LegalHold, strings.Join(held, ", "))
	case len(open) > 0:
		return refuse(schemas.CodeWrongState, "customer_id", "%s still runs; erase the customer when it has ended.", strings.Join(open, ", "))
	}
	return nil
}

// HoldClosed places a legal hold on a case that has ended, or lifts it. An open case is told itself (hold.set, hold.release).
func (s *Store) HoldClosed(ctx context.Context, caseID string, stands bool, by schemas.Actor, reason string, at time.Time) error {
	if refusal := checkOffice(by, mayHoldLaw, reason); refusal != nil {
		return refusal
	}
	tag, err := s.pool.Exec(ctx, legalHoldPut, caseID, stands, reason, by.Role, by.ID, at)
	if err != nil {
		return fmt.Errorf("hold case %s: %w", caseID, err)
	}
	if tag.RowsAffected() == 0 {
		return refuse(schemas.CodeUnknownCase, "case_id", "no case %.140s has ended here.", caseID)
	}
	return nil
}

func checkOffice(by schemas.Actor, roles []schemas.Role, reason string) *schemas.Refusal {
	switch {
	case !slices.Contains(roles, by.Role):
		return refuse(schemas.CodeWrongRole, "as", "%.40s may not do this; %v may.", string(by.Role), roles)
	case !schemas.ValidID(by.ID):
		return refuse(schemas.CodeBadID, "as", "%.40q is not an id.", by.ID)
	case !schemas.ValidID(reason):
		return refuse(schemas.CodeBadValue, "reason", "say why, as a short code such as customer_asked.")
	}
	return nil
}
