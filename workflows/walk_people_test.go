package workflows_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// dice are the numbers drawn for one step, taken one after the other. When they are used up they are 0, which is the plainest choice.
type dice struct{ left []int }

func (d *dice) n(n int) int {
	if len(d.left) == 0 || n <= 1 {
		return 0
	}
	v := d.left[0] % n
	d.left = d.left[1:]
	return v
}

func pickOf[T any](d *dice, list []T) T { return list[d.n(len(list))] }

// ordered walks a map in the order of its keys.
func ordered[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// personIn is somebody who has a role: the case's customer, or one of the plan's people.
func personIn(role schemas.Role, d *dice) schemas.Actor {
	if role == schemas.RoleCustomer {
		return theCustomer
	}
	name := map[schemas.Role]string{schemas.RoleTeamLead: "lead"}[role]
	if name == "" {
		name = string(role)
	}
	return who(role, fmt.Sprintf("%s-%d", name, 1+d.n(2)))
}

// bodyFor makes a body for a command: the one that is right by itself, with such fields changed as have something to choose.
func bodyFor(name string, d *dice, v schemas.View, fresh int) map[string]any {
	base := workflows.Bodies[name]
	raw, err := json.Marshal(base)
	if err != nil {
		panic(err)
	}
	body := map[string]any{}
	if err := json.Unmarshal(raw, &body); err != nil {
		panic(err)
	}
	if base == nil {
		return body
	}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(base)) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if choose := choices[key]; choose != nil && d.n(2) == 1 {
			if value := choose(d, v, fresh); value != nil {
				body[key] = value
			} else {
				delete(body, key)
			}
		}
	}
	return body
}

func amountOf(d *dice, v schemas.View) any {
	most := int64(1000)
	for _, l := range v.Lines {
		most = max(most, l.Payable.Minor)
	}
	return map[string]any{"minor": most * int64(d.n(11)) / 10, "currency": "USD"}
}

// choices are values for fields by their name, whatever command has them.
var choices = map[string]func(*dice, schemas.View, int) any{
	"lines": func(d *dice, v schemas.View, _ int) any {
		if len(v.Lines) == 0 {
			return nil
		}
		l := pickOf(d, v.Lines)
		p := map[string]any{"line_id": l.LineID}
		if l.Quantity > 1 && d.n(2) == 1 {
			p["quantity"] = 1 + d.n(l.Quantity)
		}
		return []any{p}
	},
	"refund_only": func(d *dice, _ schemas.View, _ int) any { return d.n(2) == 1 },
	"advance":     func(*dice, schemas.View, int) any { return true },
	"grant":       func(*dice, schemas.View, int) any { return false },
	"freight":     func(d *dice, _ schemas.View, _ int) any { return pickOf(d, []string{"merchant", "customer"}) },
	"amount":      func(d *dice, v schemas.View, _ int) any { return amountOf(d, v) },
	"deduction":   func(d *dice, v schemas.View, _ int) any { return amountOf(d, v) },
	"grade":       func(d *dice, _ schemas.View, _ int) any { return pickOf(d, schemas.Grades) },
	"finding":     func(d *dice, _ schemas.View, _ int) any { return pickOf(d, schemas.Findings) },
	"disposition": func(d *dice, _ schemas.View, _ int) any { return pickOf(d, schemas.Dispositions) },
	"choice":      func(d *dice, _ schemas.View, _ int) any { return pickOf(d, schemas.Choices) },
	"waybill":     func(_ *dice, _ schemas.View, fresh int) any { return fmt.Sprintf("SF%d", fresh) },
	"method":      func(d *dice, _ schemas.View, _ int) any { return pickOf(d, []string{"card-9", "card-1", "gift-1"}) },
	"replacement_sku": func(d *dice, _ schemas.View, _ int) any {
		return pickOf(d, []string{"third", "other", "unheard", "sku-1"})
	},
	"overall": func(d *dice, _ schemas.View, _ int) any { return 1 + d.n(5) },
	"solved":  func(d *dice, _ schemas.View, _ int) any { return pickOf(d, []string{"no", "partly", "yes"}) },
	"level":   func(d *dice, _ schemas.View, _ int) any { return 2 + d.n(4) },
	"to":      func(d *dice, _ schemas.View, _ int) any { return pickOf(d, []string{"agent-1", "lead-1", "manager-2"}) },
	"outcome": func(d *dice, _ schemas.View, _ int) any { return pickOf(d, schemas.RecoveryOutcomes) },
	"approval_id": func(d *dice, v schemas.View, _ int) any {
		if len(v.Approvals) == 0 {
			return "a9"
		}
		return pickOf(d, v.Approvals).ApprovalID
	},
	"refund_id": func(d *dice, v schemas.View, _ int) any {
		if len(v.Money.Entries) == 0 {
			return "shop:r-1/refund/9"
		}
		return pickOf(d, v.Money.Entries).RefundID
	},
	"what": func(d *dice, _ schemas.View, _ int) any {
		return pickOf(d, []string{"partial_refund", "refund_only", "with_return", "send_back"})
	},
}

// fits takes an amount off an offer that has none of its own.
func fits(body map[string]any) map[string]any {
	if what, offers := body["what"]; offers && what != "partial_refund" {
		delete(body, "amount")
	}
	return body
}

// spoil makes a body wrong, or lets a person's name and number stand where a code belongs.
func spoil(name string, body map[string]any, d *dice) map[string]any {
	var texts []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(workflows.Bodies[name])) {
		if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.Type.Kind() == reflect.String && key != "" {
			texts = append(texts, key)
		}
	}
	switch how := d.n(6); {
	case how == 0:
		body["surprise"] = 1
	case how == 1:
		body["lines"] = []any{}
	case how == 2:
		body["lines"] = "all"
	case len(texts) > 0:
		body[pickOf(d, texts)] = somebody
	default:
		body["text"] = somebody
	}
	return body
}
