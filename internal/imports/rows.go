package imports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// kind is what a row is of. The row itself says so, not the name of its file.
type kind string

const (
	kindOrder    kind = "order"
	kindArticle  kind = "article"
	kindCustomer kind = "customer"
	kindRequest  kind = "request" // passed over: a case is opened with it
)

// kindOf recognises a row by the ids it has.
func kindOf(line []byte) (kind, *schemas.Refusal) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		_, refusal := schemas.Decode[struct{}](line) // says it in a sentence
		if refusal == nil || refusal.Code == schemas.CodeUnknownField {
			refusal = &schemas.Refusal{Code: schemas.CodeMalformed, Message: "the row is not a JSON object."}
		}
		return "", refusal
	}
	has := func(field string) bool { _, is := fields[field]; return is }
	switch {
	case has("request_id"):
		return kindRequest, nil
	case has("order_id"):
		return kindOrder, nil
	case has("sku"):
		return kindArticle, nil
	case has("customer_id"):
		return kindCustomer, nil
	}
	return "", &schemas.Refusal{Code: schemas.CodeMissingField, Message: "the row has neither order_id nor sku nor customer_id; it is no order, article or customer."}
}

// surveyed is what a first look at the files tells.
type surveyed struct {
	merchants []string               // who has orders in them, and those that were named
	sellers   []string               // who has orders in them
	delivered map[string][]time.Time // when their orders were delivered, by merchant
	lines     map[string]int         // by file
}

// survey reads all files once before anything is written: a file that cannot be read stops the import before it began, and
// an article that names no merchant may stand before the orders that do.
func survey(ctx context.Context, files []string, merchants []string) (surveyed, error) {
	look := surveyed{merchants: slices.Clone(merchants), lines: map[string]int{}, delivered: map[string][]time.Time{}}
	for _, m := range merchants {
		if !schemas.ValidID(m) {
			return look, fmt.Errorf("import: %q is not a merchant's id", m)
		}
	}
	for _, file := range files {
		err := eachLine(file, func(number int, line []byte, _ bool) error {
			look.lines[file] = number
			if !bytes.Contains(line, []byte(`"order_id"`)) {
				return ctx.Err()
			}
			var row struct {
				MerchantID  string     `json:"merchant_id"`
				DeliveredAt *time.Time `json:"delivered_at"`
			}
			if json.Unmarshal(line, &row) != nil || !schemas.ValidID(row.MerchantID) {
				return ctx.Err()
			}
			if row.DeliveredAt != nil {
				look.delivered[row.MerchantID] = append(look.delivered[row.MerchantID], *row.DeliveredAt)
			}
			if slices.Contains(look.sellers, row.MerchantID) {
				return ctx.Err()
			}
			look.sellers = append(look.sellers, row.MerchantID)
			if !slices.Contains(look.merchants, row.MerchantID) {
				look.merchants = append(look.merchants, row.MerchantID)
			}
			return ctx.Err()
		})
		if err != nil {
			return look, err
		}
	}
	return look, nil
}

// eachLine calls do for every line that is not blank, with its number. Of a line that is too long it passes none of it.
func eachLine(file string, do func(number int, line []byte, tooLong bool) error) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	for number := 1; ; number++ {
		line, tooLong, err := readLine(in)
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // some editors mark a file as UTF-8 that way
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 || tooLong {
			if err := do(number, line, tooLong); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("import %s:%d: %w", file, number, err)
		}
	}
}

// readLine reads to the end of a line and keeps no more of it than a row may have.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > schemas.MaxInput {
			line, tooLong = nil, true
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}
