package schemas

import (
	"fmt"
	"strings"
	"time"
)

// VarMoney is how an amount travels in the variables of a notice: the smallest unit and the currency, "4784:USD". Where the
// message leaves it is written the way its reader writes amounts.
func VarMoney(m Money) string { return fmt.Sprintf("%d:%s", m.Minor, m.Currency) }

// VarTime is how a moment travels in the variables of a notice: RFC 3339 in UTC.
func VarTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// VarLines is how order lines travel in the variables of a notice: "1,2*3" is line 1 and three of line 2. No lines means all.
func VarLines(lines []PickLine) string {
	var parts []string
	for _, l := range lines {
		if l.Quantity > 1 {
			parts = append(parts, fmt.Sprintf("%s*%d", l.LineID, l.Quantity))
			continue
		}
		parts = append(parts, l.LineID)
	}
	return strings.Join(parts, ",")
}
