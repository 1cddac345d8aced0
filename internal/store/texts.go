package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/text_put.sql
	textPut string
	//go:embed queries/text_put_as.sql
	textPutAs string
	//go:embed queries/text_get.sql
	textGet string
	//go:embed queries/text_erase.sql
	textErase string
)

// PutText keeps words of a person's and returns the id under which cases may speak of them. The id is random but for the
// moment it was made, so it tells nothing about the person; each call makes a new one.
func (s *Store) PutText(ctx context.Context, merchant, body string) (textID string, err error) {
	if refusal := checkText(merchant, body); refusal != nil {
		return "", refusal
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make text id: %w", err)
	}
	if _, err := s.pool.Exec(ctx, textPut, merchant, id.String(), body); err != nil {
		return "", fmt.Errorf("put text: %w", err)
	}
	return id.String(), nil
}

// PutTextAs keeps words under an id of the caller's, once: the same words again change nothing. other is true where other words are kept
// under the id; they stay.
func (s *Store) PutTextAs(ctx context.Context, merchant, textID, body string) (other bool, err error) {
	if refusal := checkText(merchant, body); refusal != nil {
		return false, refusal
	}
	if !schemas.ValidID(textID) {
		return false, refuse(schemas.CodeBadID, "text_id", "%.80q is not an id; use 1 to 64 letters, digits, _ or -.", textID)
	}
	if err := s.pool.QueryRow(ctx, textPutAs, merchant, textID, body).Scan(&other); err != nil {
		return false, fmt.Errorf("put text %s: %w", textID, err)
	}
	return other, nil
}

func checkText(merchant, body string) *schemas.Refusal {
	switch {
	case !schemas.ValidID(merchant):
		return refuse(schemas.CodeBadID, "merchant_id", "%.80q is not an id; use 1 to 64 letters, digits, _ or -.", merchant)
	case strings.TrimSpace(body) == "":
		return refuse(schemas.CodeMissingField, "text", "the text is empty.")
	case len(body) > schemas.MaxText:
		return refuse(schemas.CodeTooLarge, "text", "the text has %d bytes; at most %d are allowed.", len(body), schemas.MaxText)
	case !utf8.ValidString(body) || strings.ContainsRune(body, 0):
		return refuse(schemas.CodeBadValue, "text", "the text is not valid UTF-8.")
	}
	return nil
}

// Text returns a text of the merchant's. One that was erased is not found, as one that never was.
func (s *Store) Text(ctx context.Context, merchant, textID string) (string, error) {
	var body *string
	err := s.pool.QueryRow(ctx, textGet, merchant, textID).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && body == nil {
		return "", fmt.Errorf("text %s: %w", textID, ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("read text %s: %w", textID, err)
	}
	return *body, nil
}

// EraseText forgets the words and keeps the id, so that what refers to it still reads.
func (s *Store) EraseText(ctx context.Context, merchant, textID string, at time.Time) error {
	tag, err := s.pool.Exec(ctx, textErase, merchant, textID, at)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("erase text %s: %w", textID, err)
	}
	return nil
}
