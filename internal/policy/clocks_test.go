package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

func throughJSON(t *testing.T, plan schemas.Plan) schemas.Plan {
	raw, err := json.Marshal(plan)
	require.NoError(t, err)
	var back schemas.Plan
	require.NoError(t, json.Unmarshal(raw, &back))
	return back
}

func clocksOf(t *testing.T, name string) map[string]schemas.ClockSpec {
	plan, _, err := book(t).Plan(name, facts())
	require.NoError(t, err)
	return plan.Clocks
}

func d(s string) time.Duration {
	var out schemas.Duration
	if err := out.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return out.D()
}

func TestEveryClockHasItsTimeInTheDefaultPolicy(t *testing.T) {
	want := map[string]string{ // after | warn | remind
		"ack": "1m", "first_reply": "4h|2h 3h", "definite_reply": "24h|16h 22h", "formalities": "48h|24h 40h", "update": "48h|36h",
		"escalation": "4h", "idle": "5d", "idle_again": "5d", "max": "45d|810h", "law.refund": "7d|96h 144h 164h",
		"return.submitted": "60s", "return.wait_info": "72h||24h 48h", "return.review": "20h", "return.negotiating": "48h||24h",
		"return.rejected": "7d", "return.appeal": "48h", "return.appeal_again": "48h", "return.wait_shipback": "7d||3d 6d",
		"return.shipback_extension": "7d", "return.in_transit": "72h", "return.in_transit_max": "10d", "return.received": "16h",
		"return.inspection_failed": "72h", "return.goods_kept": "30d", "return.goods_notice": "7d", "return.send_back": "10d",
		"return.refund_approved": "4h", "return.approval": "2h", "return.approval_deputy": "2h", "return.refund_processing": "5m",
		"return.refund_poll": "1h", "return.refund_processing_max": "3d", "return.refund_failed": "24h", "return.refund_failed_again": "48h",
		"return.refund_parked": "24h", "refund.retry": "1h", "survey.wait": "24h", "survey.open": "14d||3d", "recovery": "24h",
		"exchange.submitted": "60s", "exchange.wait_info": "72h||24h 48h", "exchange.review": "16h", "exchange.negotiating": "48h||24h",
		"exchange.rejected": "7d", "exchange.appeal": "48h", "exchange.appeal_again": "48h", "exchange.out_of_stock": "48h||24h",
		"exchange.out_of_stock_again": "7d||3d 6d", "exchange.stock_wait": "14d", "exchange.wait_shipback": "7d||3d 6d",
		"exchange.shipback_extension": "7d", "exchange.in_transit": "72h", "exchange.in_transit_max": "10d", "exchange.received": "12h",
		"exchange.inspection_failed": "72h", "exchange.goods_kept": "30d", "exchange.goods_notice": "7d", "exchange.send_back": "10d",
		"exchange.wait_payment": "72h||24h 48h", "exchange.payment_again": "72h||24h 48h", "exchange.payment_poll": "1h", "exchange.ship": "20h",
		"exchange.replacement": "72h", "exchange.confirm": "7d||3d 6d", "exchange.replacement_lost": "72h||24h 48h", "exchange.approval": "2h",
		"exchange.approval_deputy": "2h", "exchange.refund_approved": "4h", "exchange.refund_processing": "5m", "exchange.refund_poll": "1h",
		"exchange.refund_processing_max": "3d", "exchange.refund_failed": "24h", "exchange.refund_failed_again": "48h", "exchange.refund_parked": "24h",
		"external.chargeback": "7d|96h 144h 164h", "external.platform": "48h|24h 44h", "external.psp_complaint": "24h|20h", "external.regulator": "24h|20h",
		"external.adr": "7d|96h 144h 164h", "external.court": "7d|96h 144h 164h", "external.decision": "30d",
		"hold.automation": "24h", "hold.refund": "7d", "hold.shipment": "3d",
		"recovery_survey": "3d", "step.parked": "24h", "step.parked_again": "48h", "system": "60s", "rows.retry": "5s", "trace": "48h", "refused_at_warehouse": "24h",
		"pickup": "24h", "unreachable.span": "3d", "unreachable.notice": "7d",
	}
	got := clocksOf(t, "default")
	require.Len(t, got, len(want))
	for name, text := range want {
		require.Contains(t, got, name)
		parts := append(strings.Split(text, "|"), "", "")
		require.Equal(t, d(parts[0]), got[name].After.D(), name)
		require.Equal(t, durations(parts[1]), got[name].Warn, name)
		require.Equal(t, durations(parts[2]), got[name].Remind, name)
	}
	require.Equal(t, "law", got["law.refund"].Basis)
	require.Equal(t, schemas.ParcelDeliver.Name, got["law.refund"].Trigger)
}

func durations(text string) []schemas.Duration {
	var out []schemas.Duration
	for _, s := range strings.Fields(text) {
		out = append(out, schemas.Duration(d(s)))
	}
	return out
}

func TestEveryClockIsInEveryPolicyWithARuleOfItsOwn(t *testing.T) {
	for _, name := range policies.Names {
		clocks, rules := clocksOf(t, name), map[string]string{}
		require.Len(t, clocks, len(policy.Clocks), name)
		for _, id := range policy.Clocks {
			c, ok := clocks[id]
			require.True(t, ok, "%s has no clock %s", name, id)
			require.NotEmpty(t, c.Basis, id)
			require.Regexp(t, `^[A-Z0-9-]+@[0-9]+$`, c.Rule)
			require.Empty(t, rules[c.Rule], "%s and %s have one rule", id, rules[c.Rule])
			rules[c.Rule] = id
			for _, point := range slices.Concat(c.Warn, c.Remind) {
				require.Positive(t, point)
				require.Less(t, point, c.After, id)
			}
		}
	}
}

// The demonstration policy must be quick to watch, and long enough that a person at a keyboard can act in between.
func TestTheDemoPolicyTakesMinutes(t *testing.T) {
	b := book(t)
	require.True(t, b.DevOnly("demo"))
	require.False(t, b.DevOnly("default"))
	require.True(t, b.DevOnly("unknown"))

	seconds := []string{"ack", "system", "return.submitted", "return.refund_poll", "exchange.submitted", "exchange.payment_poll", "exchange.refund_poll", "refund.retry", "rows.retry", "survey.wait", "recovery_survey"}
	whole := map[string][2]string{"formalities": {"4m", "10m"}, "idle": {"2m", "10m"}, "idle_again": {"2m", "10m"}, "max": {"20m", "60m"}}
	for id, c := range clocksOf(t, "demo") {
		low, high := d("60s"), d("120s")
		switch {
		case id == "law.refund": // the law's own period is nobody's to shorten
			low, high = d("7d"), d("7d")
		case slices.Contains(seconds, id):
			low, high = d("2s"), d("10s")
		case whole[id][0] != "":
			low, high = d(whole[id][0]), d(whole[id][1])
		}
		require.GreaterOrEqual(t, c.After.D(), low, id)
		require.LessOrEqual(t, c.After.D(), high, id)
	}
	demo := clocksOf(t, "demo")
	require.Equal(t, d("2s"), demo["survey.wait"].After.D())
	require.Equal(t, d("2s"), demo["refund.retry"].After.D())
	require.Equal(t, d("3s"), demo["return.refund_poll"].After.D())

	// The rights are the same: only the waiting is shorter.
	for _, days := range []int{0, 30, 31} {
		_, real, err := b.Plan("default", facts(after(days)))
		require.NoError(t, err)
		_, demo, err := b.Plan("demo", facts(after(days)))
		require.NoError(t, err)
		require.Equal(t, real, demo)
	}
}

// What a merchant needs for the three steps that are its turn must fit into the time it promises for all of them.
func TestTheMerchantsStepsFitIntoThePromise(t *testing.T) {
	for _, name := range policies.Names {
		c := clocksOf(t, name)
		steps := c["return.review"].After + c["return.received"].After + c["return.refund_approved"].After
		require.LessOrEqual(t, steps, c["formalities"].After, name)
		require.LessOrEqual(t, c["exchange.review"].After+c["exchange.received"].After+c["exchange.ship"].After, c["formalities"].After, name)
		require.LessOrEqual(t, c["return.review"].After, c["definite_reply"].After, name)
		require.Less(t, c["return.in_transit"].After, c["return.in_transit_max"].After, name)
		require.Less(t, c["formalities"].After, c["max"].After, name)
	}
}

func TestPriorityScalesWhatItMay(t *testing.T) {
	at := func(p string) map[string]schemas.ClockSpec {
		plan, _, err := load(t, strings.Replace(source(t, "default"), "then: P2,", "then: "+p+",", 1)).Plan("changed", facts())
		require.NoError(t, err)
		require.Equal(t, schemas.Priority(p), plan.Priority)
		return plan.Clocks
	}
	for p, want := range map[string][2]string{"P0": {"2h", "15m"}, "P1": {"4h", "30m"}, "P2": {"48h", "4h"}, "P3": {"72h", "8h"}} {
		require.Equal(t, d(want[0]), at(p)["update"].After.D(), p)
		require.Equal(t, d(want[0])*3/4, at(p)["update"].Warn[0].D(), p)
		require.Equal(t, d(want[1]), at(p)["escalation"].After.D(), p)
	}
	twice := []string{"first_reply", "definite_reply", "formalities", "return.review", "return.received", "return.refund_approved", "exchange.review", "exchange.received", "exchange.ship", "exchange.refund_approved"}
	p2, p3 := at("P2"), at("P3")
	for id := range p2 {
		factor := schemas.Duration(1)
		switch {
		case id == "update", id == "escalation":
			continue
		case slices.Contains(twice, id):
			factor = 2
		}
		require.Equal(t, p2[id].After*factor, p3[id].After, id)
		for i := range p2[id].Warn {
			require.Equal(t, p2[id].Warn[i]*factor, p3[id].Warn[i], id)
		}
	}
}
