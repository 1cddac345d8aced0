// Package imports reads a shop's orders, catalogue and customers from files of JSON Lines and hands every good row to those
// who keep it: Aftercare's own store, and a sandbox that plays the shop. docs/import.md describes the rows.
//
// An import can be repeated. A bad row is reported with its place and the reason, and the others go in.
package imports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// Sink keeps what is imported. Each call puts one thing in place of what was kept of it before. A *schemas.Refusal speaks of
// that row alone; any other error ends the import.
type Sink interface {
	Order(ctx context.Context, o schemas.ShopOrder) error
	Article(ctx context.Context, a schemas.ShopArticle) error
	Customer(ctx context.Context, c schemas.ShopCustomer) error
}

// Options say how rows are read.
type Options struct {
	// AsOf is the day that the data set calls today; its dates are shifted by whole days to the present. Zero takes the shift
	// that is remembered of an earlier import of the merchant's, and none where there was none.
	AsOf time.Time
	// AsTheyStand shifts nothing, whatever is remembered.
	AsTheyStand bool
	// Today is the present. Zero is the day of the machine's clock.
	Today time.Time
	// Shifts remembers the shift; a re-import on a later day uses that of the first. Needed where AsOf is given.
	Shifts Shifts
	// Merchants own the articles and customers that name no merchant, beside the merchants of the orders in the same import.
	Merchants []string
	// Progress is told now and then how far the import has come, and once at the end of each file.
	Progress func(Progress)
}

// Progress is how far an import has come.
type Progress struct {
	File  string
	Lines int // read of this file so far
	Of    int // in this file
}

// Result is what became of the rows.
type Result struct {
	Orders    int       `json:"orders"`
	Articles  int       `json:"articles"`
	Customers int       `json:"customers"`
	Requests  int       `json:"requests"` // passed over: cases are opened with them
	Refused   []Refused `json:"refused"`
	ShiftDays int       `json:"shift_days"` // of the first merchant
	Shifts    []Shift   `json:"shifts"`     // of every merchant whose dates were shifted
}

// Refused is a row that did not go in.
type Refused struct {
	File   string       `json:"file"`
	Line   int          `json:"line"`
	Code   schemas.Code `json:"code"`
	Field  string       `json:"field,omitempty"` // the field at fault, as a JSON path
	Reason string       `json:"reason"`
}

func (r Refused) String() string {
	refusal := schemas.Refusal{Code: r.Code, Field: r.Field, Message: r.Reason}
	return fmt.Sprintf("%s:%d: %s", r.File, r.Line, refusal.Error())
}

// Run imports the files in the order given into every sink, in the order given. What a sink refuses the later ones do not
// get. The error says why the import ended early; the result counts what had gone in until then.
func Run(ctx context.Context, files []string, o Options, sinks ...Sink) (Result, error) {
	if o.Today.IsZero() {
		o.Today = time.Now()
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if !o.AsOf.IsZero() && o.Shifts == nil {
		return Result{}, errors.New("import: a shift needs a place where it is remembered")
	}
	look, err := survey(ctx, files, o.Merchants)
	if err != nil {
		return Result{}, err
	}
	in := &importer{Options: o, look: look, sinks: sinks, seen: map[string]string{}, result: Result{Refused: []Refused{}, Shifts: []Shift{}}}
	if in.shifts, err = in.chooseShifts(ctx); err != nil {
		return Result{}, err
	}
	for _, file := range files {
		if err := in.file(ctx, file); err != nil {
			return in.result, err
		}
	}
	return in.result, nil
}

type importer struct {
	Options
	look   surveyed
	sinks  []Sink
	shifts map[string]*shift // by merchant
	seen   map[string]string // where a row of this id stood before
	result Result
}

func (in *importer) file(ctx context.Context, file string) error {
	const every = 500
	err := eachLine(file, func(number int, line []byte, tooLong bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if number%every == 0 {
			in.Progress(Progress{File: file, Lines: number, Of: in.look.lines[file]})
		}
		if tooLong {
			in.refuse(file, number, &schemas.Refusal{Code: schemas.CodeTooLarge, Message: fmt.Sprintf("the row has more than %d bytes. Is it one object a line? Put long texts and pictures elsewhere and leave them out here.", schemas.MaxInput)})
			return nil
		}
		err := in.row(ctx, file, number, line)
		var refusal *schemas.Refusal
		if errors.As(err, &refusal) {
			in.refuse(file, number, refusal)
			return nil
		}
		if store.CannotKeep(err) {
			in.refuse(file, number, &schemas.Refusal{Code: schemas.CodeBadValue, Message: "the database cannot keep this row: a text in it is too long, or holds a character that cannot be kept."})
			return nil
		}
		if err != nil {
			return fmt.Errorf("import %s:%d: %w", file, number, err)
		}
		return nil
	})
	if err == nil {
		in.Progress(Progress{File: file, Lines: in.look.lines[file], Of: in.look.lines[file]})
	}
	return err
}

func (in *importer) refuse(file string, line int, r *schemas.Refusal) {
	in.result.Refused = append(in.result.Refused, Refused{File: file, Line: line, Code: r.Code, Field: r.Field, Reason: r.Message})
}

// row reads one row strictly and hands it on.
func (in *importer) row(ctx context.Context, file string, number int, line []byte) error {
	kind, refusal := kindOf(line)
	if refusal != nil {
		return refusal
	}
	place := fmt.Sprintf("%s:%d", file, number)
	switch kind {
	case kindRequest:
		in.result.Requests++
		return nil
	case kindOrder:
		order, refusal := schemas.Decode[schemas.ShopOrder](line)
		if refusal != nil {
			return refusal
		}
		return in.order(ctx, order, place)
	case kindArticle:
		article, refusal := schemas.Decode[schemas.ShopArticle](line)
		if refusal != nil {
			return refusal
		}
		return in.forMerchants(article.MerchantID, func(merchant string) error {
			article.MerchantID = merchant
			return in.article(ctx, article, place)
		}, &in.result.Articles)
	case kindCustomer:
		customer, refusal := schemas.Decode[schemas.ShopCustomer](line)
		if refusal != nil {
			return refusal
		}
		return in.forMerchants(customer.MerchantID, func(merchant string) error {
			customer.MerchantID = merchant
			return in.customer(ctx, customer, place)
		}, &in.result.Customers)
	}
	return fmt.Errorf("a row of kind %q has no sink", kind)
}

func (in *importer) order(ctx context.Context, o schemas.ShopOrder, place string) error {
	if refusal := store.CheckOrder(o); refusal != nil {
		return refusal
	}
	if refusal := checkMoney(o); refusal != nil {
		return refusal
	}
	if refusal := in.once(kindOrder, o.MerchantID, o.OrderID, place); refusal != nil {
		return refusal
	}
	if refusal := in.shiftOrder(&o); refusal != nil {
		return refusal
	}
	if err := in.rememberShift(ctx, o.MerchantID); err != nil {
		return err
	}
	for _, sink := range in.sinks {
		if err := sink.Order(ctx, o); err != nil {
			return err
		}
	}
	in.result.Orders++
	return nil
}

func (in *importer) article(ctx context.Context, a schemas.ShopArticle, place string) error {
	if refusal := store.CheckArticle(a); refusal != nil {
		return refusal
	}
	if refusal := checkCurrency("price.currency", a.Price.Currency); refusal != nil {
		return refusal
	}
	if refusal := in.once(kindArticle, a.MerchantID, a.SKU, place); refusal != nil {
		return refusal
	}
	for _, sink := range in.sinks {
		if err := sink.Article(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (in *importer) customer(ctx context.Context, c schemas.ShopCustomer, place string) error {
	if refusal := store.CheckCustomer(c); refusal != nil {
		return refusal
	}
	if refusal := checkBalances(c); refusal != nil {
		return refusal
	}
	if refusal := in.once(kindCustomer, c.MerchantID, c.CustomerID, place); refusal != nil {
		return refusal
	}
	for _, sink := range in.sinks {
		if err := sink.Customer(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// forMerchants puts a row for the merchant it names, or for every merchant of the import, and counts it once.
func (in *importer) forMerchants(named string, put func(merchant string) error, count *int) error {
	merchants := in.look.merchants
	if named != "" {
		merchants = []string{named}
	}
	if len(merchants) == 0 {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "merchant_id", Message: "the row names no merchant, and no order in this import does; import it together with the orders, or name the merchant."}
	}
	for _, merchant := range merchants {
		if err := put(merchant); err != nil {
			return err
		}
	}
	*count++
	return nil
}

// once refuses a second row of the same thing: which of the two is true cannot be told.
func (in *importer) once(kind kind, merchant, id, place string) *schemas.Refusal {
	key := string(kind) + "\x00" + merchant + "\x00" + id
	if before, is := in.seen[key]; is {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Message: fmt.Sprintf("%s %s stands twice; it was read at %s.", kind, id, before)}
	}
	in.seen[key] = place
	return nil
}
