package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(r) }

// printJSON prints one JSON object on a line of its own.
func printJSON(v any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		fmt.Fprintln(os.Stderr, "starter: cannot write the answer:", err)
	}
}

// when writes a moment for people at this machine.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func whenever(t *time.Time) string {
	if t == nil {
		return ""
	}
	return when(*t)
}

// left writes how long it is until a moment, or how long it has been over.
func left(until, now time.Time) string {
	d := until.Sub(now).Round(time.Second)
	sign := "in "
	if d < 0 {
		sign, d = "over since ", -d
	}
	return sign + length(d)
}

// length writes a length of time in its two largest units.
func length(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return d.String()
}

// turnWords says whose turn it is.
func turnWords(turn schemas.Turn) string {
	switch turn {
	case schemas.TurnNobody, "":
		return "it is nobody's turn"
	case schemas.TurnProvider:
		return "it is the payment provider's turn"
	}
	return "it is the " + string(turn) + "'s turn"
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func outcomeOf(v schemas.View) string {
	if v.Outcome == schemas.OutcomeNone {
		return "–"
	}
	return string(v.Outcome)
}
