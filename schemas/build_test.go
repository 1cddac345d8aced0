package schemas_test

import (
	"testing"

	"github.com/aftercare/aftercare/schemas"
)

func TestABuildTellsItsEditionAndNoOtherIDDoes(t *testing.T) {
	t.Parallel()
	for id, edition := range map[string]int{
		schemas.BuildID(): schemas.Edition, "edition-7": 7, "": 0, "cc4eb6f6ccafc89378aefa9bd6b4e2ab": 0, "edition-": 0, "edition-six": 0, "6": 0,
	} {
		if got := schemas.EditionOfBuild(id); got != edition {
			t.Errorf("%q is edition %d, want %d", id, got, edition)
		}
	}
}
