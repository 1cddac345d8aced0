package workflows

import "github.com/aftercare/aftercare/schemas"

// What the walks need of this package: the payloads that are right by themselves and the roles, so that a command that is new is walked
// without anybody adding it there.
var (
	Bodies  = bodies
	MayGive = mayGive
)

// ReadBody reads the body of a command or a fact as the story of a kind would, and reports whether it has such a name at all.
func ReadBody(kind schemas.Kind, name string, body []byte) (read any, known bool) {
	a := tableOf(kind).anywhere(name)
	if a == nil {
		return nil, false
	}
	read, refusal := a.read(body)
	if refusal != nil {
		return nil, true
	}
	return read, true
}

// Split splits the line at i of some that are all of a case, of which these refunds were made, and gives the lines of the case then.
func Split(lines []*schemas.Line, refunds []*schemas.Refund, i, n int) []*schemas.Line {
	c := &Case{State: &State{Currency: "USD", Edition: schemas.Edition, Lines: lines, Refunds: refunds}}
	c.split(lines[i], n)
	return c.Lines
}
