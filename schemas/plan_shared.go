package schemas

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// The plans that this process has read, by the hash of their text. Cases that the same policy took in on the same day have the same plan,
// some 8 KB of text and 20 KB of memory, and a worker keeps thousands of cases: they share one. What a text is read as depends on
// the text alone, so that a case cannot tell whether another one read it before.
var plans struct {
	sync.Mutex
	read map[[sha256.Size]byte]*Plan
}

// plansKept is how many plans are remembered: a day's, of some policies, currencies and priorities. Beyond it all are forgotten, which costs
// memory and time until they were read again, and nothing else.
const plansKept = 256

// UnmarshalJSON reads a plan. Its maps and slices may be those of another case's plan: a plan is read and never changed.
func (p *Plan) UnmarshalJSON(text []byte) error {
	key := sha256.Sum256(text)
	plans.Lock()
	known := plans.read[key]
	plans.Unlock()
	if known != nil {
		*p = *known
		return nil
	}
	type plain Plan // without this method
	var read plain
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*p = Plan(read)
	plans.Lock()
	defer plans.Unlock()
	if len(plans.read) >= plansKept {
		plans.read = nil
	}
	if plans.read == nil {
		plans.read = map[[sha256.Size]byte]*Plan{}
	}
	plans.read[key] = (*Plan)(&read)
	return nil
}
