package sandbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

// System names one of the five systems in a fault.
type System string

const (
	SystemOrders   System = "orders"
	SystemPayments System = "payments"
	SystemCourier  System = "courier"
	SystemStock    System = "stock"
	SystemNotices  System = "notices"
)

// Mode is what goes wrong.
type Mode string

const (
	Slow    Mode = "slow"    // waits first; param is how long. A caller without that patience gets no answer, and nothing was done
	Fail    Mode = "fail"    // does nothing and says "later"; param, where given, is after how long
	Lose    Mode = "lose"    // does it and loses the answer. At settle, collect and send: it happens and no fact tells of it
	Refuse  Mode = "refuse"  // a definite no; param is the code. At stock/reserve: not enough. At stock/send: the goods are lost
	Never   Mode = "never"   // does nothing and says that it never will; param is the code. Of every call
	Twice   Mode = "twice"   // settle, collect and send only: the fact comes twice, with the same event id
	Reverse Mode = "reverse" // payments/settle: a refund that succeeded comes back; payments/hold: a deposit becomes void; param is after how long
)

// Settling is the operation by which an accepted refund ends. It is no call of ours: the sandbox does it by itself.
const Settling = "settle"

// Fault is one that was told and not yet used up.
type Fault struct {
	FaultID   int64
	System    System
	Operation string
	Mode      Mode
	TimesLeft int
	Param     string
	Match     string // only calls whose key (order id, waybill) contains this; empty matches all
}

var (
	faultInsert = query("fault_insert")
	faultTake   = query("fault_take")
	faultAny    = query("fault_any")
	faultList   = query("fault_list")
	faultClear  = query("fault_clear")
)

// allowed lists what can be told to whom.
var allowed = map[System]map[string][]Mode{
	SystemOrders: {"order": {Slow, Fail, Lose, Never}},
	SystemPayments: {
		"refund": {Slow, Fail, Lose, Refuse, Never},
		"lookup": {Slow, Fail, Lose, Never},
		Settling: {Slow, Lose, Refuse, Twice, Reverse},

		"charge":              {Slow, Fail, Lose, Refuse, Never},
		"charge_lookup":       {Slow, Fail, Lose, Never},
		"lapse":               {Slow, Fail, Lose, Never},
		"hold":                {Slow, Fail, Lose, Refuse, Never, Reverse},
		"release":             {Slow, Fail, Lose, Never},
		"capture":             {Slow, Fail, Lose, Never},
		Collecting:            {Slow, Lose, Refuse, Twice},
		Answering:             {Slow, Fail, Lose, Never},
		Answering + "_lookup": {Slow, Fail, Lose, Never},
	},
	SystemCourier: {
		"label":     {Slow, Fail, Lose, Refuse, Never},
		"register":  {Slow, Fail, Lose, Refuse, Never},
		"send_back": {Slow, Fail, Lose, Refuse, Never},
		"trace":     {Slow, Fail, Lose, Never},
	},
	SystemStock: {
		"dispose": {Slow, Fail, Lose, Refuse, Never},
		"reserve": {Slow, Fail, Lose, Refuse, Never},
		"release": {Slow, Fail, Lose, Never},
		"ship":    {Slow, Fail, Lose, Refuse, Never},
		Sending:   {Slow, Lose, Refuse, Twice},
	},
	SystemNotices: {"deliver": {Slow, Fail, Lose, Refuse, Never}},
}

// Ability is one way in which one operation can be told to go wrong.
type Ability struct {
	System    System
	Operation string
	Mode      Mode
}

// Tellable lists everything that Tell takes, in a fixed order.
func Tellable() (all []Ability) {
	for _, system := range []System{SystemOrders, SystemPayments, SystemCourier, SystemStock, SystemNotices} {
		for _, operation := range sortedKeys(allowed[system]) {
			for _, mode := range allowed[system][operation] {
				all = append(all, Ability{system, operation, mode})
			}
		}
	}
	return all
}

// moneyCodes are the reasons for which the payment provider can be told to refuse.
var moneyCodes = []schemas.Code{schemas.CodeBalance, schemas.CodeAccountClosed, schemas.CodeExpired, schemas.CodeDeclined}

var lowerSnake = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Tell makes the next calls of an operation go wrong, times times. Calls take faults in the order they were told, one a
// call. match, where not empty, must be part of the call's key: a refund id, a parcel key, a waybill, an order id. It
// returns an error that says what would be allowed, and tells nothing then.
func (w *World) Tell(ctx context.Context, system System, operation string, mode Mode, times int, param, match string) error {
	operations, ok := allowed[system]
	if !ok {
		return fmt.Errorf("there is no system %q: use orders, payments, courier, stock or notices", system)
	}
	modes, ok := operations[operation]
	if !ok {
		return fmt.Errorf("%s has no operation %q: use %s", system, operation, strings.Join(sortedKeys(operations), ", "))
	}
	if !slices.Contains(modes, mode) {
		return fmt.Errorf("%s/%s cannot be told %q: use one of %v", system, operation, mode, modes)
	}
	if times < 1 {
		return fmt.Errorf("a fault happens at least once, not %d times", times)
	}
	param, err := checkParam(system, mode, param)
	if err != nil {
		return err
	}
	if _, err := w.pool.Exec(ctx, faultInsert, system, operation, mode, times, param, match); err != nil {
		return fmt.Errorf("tell a fault: %w", err)
	}
	return nil
}

// mutedWords is how many words of the provider are kept back from a case that it is not to tell of: more than one ever needs.
const mutedWords = 16

// Mute lets the payment provider move the money of a case and say so only when it is asked.
func (w *World) Mute(ctx context.Context, caseID string) error {
	return errors.Join(
		w.Tell(ctx, SystemPayments, Settling, Lose, mutedWords, "", caseID+"/"),
		w.Tell(ctx, SystemPayments, Collecting, Lose, mutedWords, "", caseID+"/"),
	)
}

// RefuseNext lets the payment provider refuse the next refund of a case, because the merchant's balance does not suffice.
func (w *World) RefuseNext(ctx context.Context, caseID string) error {
	return w.Tell(ctx, SystemPayments, "refund", Refuse, 1, string(schemas.CodeBalance), caseID+"/")
}

// checkParam returns the parameter as it is kept: durations in milliseconds, which Go and PostgreSQL both read.
func checkParam(system System, mode Mode, param string) (string, error) {
	switch mode {
	case Slow:
		d, err := time.ParseDuration(param)
		if err != nil || d < time.Millisecond {
			return "", fmt.Errorf("slow needs how long, such as 2s, not %q", param)
		}
		return milliseconds(d), nil
	case Fail, Reverse:
		if param == "" {
			return "", nil
		}
		d, err := time.ParseDuration(param)
		if err != nil || d < 0 {
			return "", fmt.Errorf("%s takes a duration, such as 2s, or nothing, not %q", mode, param)
		}
		return milliseconds(d), nil
	case Refuse:
		if system == SystemPayments && !slices.Contains(moneyCodes, schemas.Code(param)) {
			return "", fmt.Errorf("money is refused with one of %v, not %q", moneyCodes, param)
		}
		if !lowerSnake.MatchString(param) {
			return "", fmt.Errorf("refuse needs a code in lower snake case, not %q", param)
		}
		return param, nil
	case Never:
		if !lowerSnake.MatchString(param) {
			return "", fmt.Errorf("never needs a code in lower snake case, not %q", param)
		}
		return param, nil
	case Lose, Twice:
		if param != "" {
			return "", fmt.Errorf("%s takes no parameter, not %q", mode, param)
		}
		return "", nil
	}
	return "", fmt.Errorf("there is no mode %q", mode)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// Faults lists what was told and is not yet used up, oldest first.
func (w *World) Faults(ctx context.Context) ([]Fault, error) {
	rows, err := w.pool.Query(ctx, faultList)
	if err != nil {
		return nil, fmt.Errorf("list faults: %w", err)
	}
	faults, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Fault])
	if err != nil {
		return nil, fmt.Errorf("list faults: %w", err)
	}
	return faults, nil
}

// Clear forgets every fault of a system, or of all of them where system is empty.
func (w *World) Clear(ctx context.Context, system System) error {
	if _, err := w.pool.Exec(ctx, faultClear, system); err != nil {
		return fmt.Errorf("clear faults: %w", err)
	}
	return nil
}

// take uses up one fault that applies to a call, if there is one. The row's lock makes two calls at once take two.
func take(ctx context.Context, tx pgx.Tx, system System, operation, key string) (Fault, error) {
	var f Fault
	err := tx.QueryRow(ctx, faultTake, system, operation, key).
		Scan(&f.FaultID, &f.System, &f.Operation, &f.Mode, &f.TimesLeft, &f.Param, &f.Match)
	if errors.Is(err, pgx.ErrNoRows) {
		return Fault{}, nil
	}
	return f, err
}

// duration reads a parameter that Tell has checked.
func (f Fault) duration() time.Duration {
	d, _ := time.ParseDuration(f.Param)
	return d
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
