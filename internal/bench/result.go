package bench

import "github.com/aftercare/aftercare/schemas"

// Result is what was measured of one kind. Times are in milliseconds, medians over the pairs; every ratio is the median of the
// pairs' own ratios and not the ratio of the medians.
type Result struct {
	Kind     schemas.Kind `json:"kind"`
	Pairs    int          `json:"pairs"`
	Cases    int          `json:"cases"` // of the product under load, over all pairs; as many controls
	InFlight int          `json:"in_flight"`

	CasesPerS        float64 `json:"cases_per_s"`
	ControlCasesPerS float64 `json:"control_cases_per_s"`
	ThroughputRatio  float64 `json:"throughput_ratio"`

	// CPU is that of the worker, the Temporal server and PostgreSQL together; null where it could not be measured.
	CPUPerCase        *float64 `json:"cpu_ms_per_case"`
	ControlCPUPerCase *float64 `json:"control_cpu_ms_per_case"`
	CPURatio          *float64 `json:"cpu_ratio"`
	CPUParts          *CPU     `json:"cpu_ms_parts"` // the product's, part by part
	ControlCPUParts   *CPU     `json:"control_cpu_ms_parts"`
	NoCPU             string   `json:"cpu_not_measured,omitempty"` // why

	// Exact, of cases driven one at a time.
	Transitions          float64 `json:"transitions"`
	ControlTransitions   float64 `json:"control_transitions"`
	HistoryEvents        float64 `json:"history_events"`
	ControlHistoryEvents float64 `json:"control_history_events"`
	EventsAllowed        float64 `json:"history_events_allowed"` // above 1.05 of the control: local activities and upserts
	HistoryBytes         float64 `json:"history_bytes"`
	ControlHistoryBytes  float64 `json:"control_history_bytes"`

	// The same under load, where answers that meet share a workflow task.
	LoadTransitions        float64 `json:"load_transitions"`
	ControlLoadTransitions float64 `json:"control_load_transitions"`
	LoadEvents             float64 `json:"load_history_events"`
	ControlLoadEvents      float64 `json:"control_load_history_events"`

	DBRows  float64 `json:"db_rows"`
	DBBytes float64 `json:"db_bytes"`

	OpenCases              int     `json:"open_cases"` // parked on each side while the heap was measured
	HeapPerOpenCase        float64 `json:"heap_bytes_per_open_case"`
	ControlHeapPerOpenCase float64 `json:"control_heap_bytes_per_open_case"`

	ApproveToVisible float64 `json:"approve_to_visible_ms"`
	ApproveAnswered  float64 `json:"approve_answered_ms"` // until whoever approved is answered; the row is visible before
	ControlUpdate    float64 `json:"control_update_ms"`
	Upsert           float64 `json:"upsert_ms"`

	Targets []Target `json:"targets"`
}

// CPU is the CPU time of each process that has a part in a case, in milliseconds.
type CPU struct {
	Worker     float64 `json:"worker"`
	Temporal   float64 `json:"temporal"`
	PostgreSQL float64 `json:"postgresql"`
}

func (c CPU) sum() float64 { return c.Worker + c.Temporal + c.PostgreSQL }

// perCase is what was used since before, by n cases.
func (c CPU) perCase(before CPU, n float64) CPU {
	return CPU{Worker: (c.Worker - before.Worker) / n, Temporal: (c.Temporal - before.Temporal) / n, PostgreSQL: (c.PostgreSQL - before.PostgreSQL) / n}
}

// medianCPU is the median of each part, and that of the sums.
func medianCPU(of []CPU) (parts CPU, sum float64) {
	var worker, temporal, postgres []float64
	for _, c := range of {
		worker, temporal, postgres = append(worker, c.Worker), append(temporal, c.Temporal), append(postgres, c.PostgreSQL)
	}
	return CPU{Worker: median(worker), Temporal: median(temporal), PostgreSQL: median(postgres)}, median(sums(of))
}

func sums(of []CPU) (all []float64) {
	for _, c := range of {
		all = append(all, c.sum())
	}
	return all
}

// Target is a bound and what was measured against it.
type Target struct {
	Name     string   `json:"name"`
	Value    *float64 `json:"value"` // null where it was not measured
	Limit    float64  `json:"limit"`
	AtLeast  bool     `json:"at_least,omitempty"` // the limit is the least; otherwise it is the most
	Met      bool     `json:"met"`
	Measured bool     `json:"measured"`
}

// eventBudget is the most events a happy case may have.
var eventBudget = map[schemas.Kind]float64{schemas.KindReturn: 150, schemas.KindExchange: 185}

// judge fills in the targets.
func (r *Result) judge() {
	r.Targets = nil
	add := func(name string, value *float64, limit float64, atLeast bool) {
		t := Target{Name: name, Value: value, Limit: limit, AtLeast: atLeast, Measured: value != nil}
		if value != nil {
			t.Met = *value <= limit
			if atLeast {
				t.Met = *value >= limit
			}
		}
		r.Targets = append(r.Targets, t)
	}
	atMost := func(name string, value, limit float64) { add(name, &value, limit, false) }
	atMost("transitions", r.Transitions, 1.05*r.ControlTransitions)
	atMost("history_events", r.HistoryEvents, 1.05*r.ControlHistoryEvents+r.EventsAllowed)
	atMost("history_events_budget", r.HistoryEvents, eventBudget[r.Kind])
	add("cpu_ratio", r.CPURatio, 1.25, false)
	add("throughput_ratio", &r.ThroughputRatio, 0.80, true)
	atMost("heap_bytes_per_open_case", r.HeapPerOpenCase, 1.5*r.ControlHeapPerOpenCase)
	atMost("approve_to_visible_ms", r.ApproveToVisible, 2*(r.ControlUpdate+r.Upsert))
}

// Missed names the targets that were measured and missed.
func (r *Result) Missed() (names []string) {
	for _, t := range r.Targets {
		if t.Measured && !t.Met {
			names = append(names, t.Name)
		}
	}
	return names
}
