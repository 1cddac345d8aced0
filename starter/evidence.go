package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// evidenceCommand makes the evidence pack of a case, or writes the one that was made when a dispute began.
type evidenceCommand struct {
	Case string `arg:"" help:"Case id, merchant:request; open or closed."`
	Of   string `help:"The pack that was made when this dispute began, instead of one of now." placeholder:"DISPUTE"`
	Out  string `help:"The file to write. Default: evidence of the case in this folder." placeholder:"FILE.zip"`
	JSON bool   `help:"Print one JSON object: the hash to hand in, and what the pack holds."`
}

func (c *evidenceCommand) Run(ctx context.Context, cli *commandLine) error {
	r, err := cli.connect(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	kept, err := r.store.Evidence(ctx, c.Case)
	if err != nil {
		return err
	}
	if c.Of != "" {
		return c.writeKept(kept)
	}
	beside, err := c.beside(ctx, cli, r)
	if err != nil {
		return err
	}
	pack, err := r.cases.Evidence(ctx, c.Case, beside)
	if err != nil {
		return err
	}
	name := c.Out
	if name == "" {
		merchant, request, seq, _ := schemas.SplitCaseID(pack.CaseID)
		name = fmt.Sprintf("evidence-%s-%s-%d-r%d.zip", merchant, request, seq, pack.Revision)
	}
	// People's words are in it: nobody else on this machine needs to read it.
	if err := os.WriteFile(name, pack.ZIP, 0o600); err != nil {
		return fmt.Errorf("write the evidence pack: %w", err)
	}
	if c.JSON {
		printJSON(map[string]any{"file": name, "pack": pack, "kept": kept})
		return nil
	}
	fmt.Printf("%s: %d files, case %s at revision %d\npack %s\n", name, len(pack.Files)+1, pack.CaseID, pack.Revision, pack.SHA256)
	for _, k := range kept {
		fmt.Printf("kept since %s for %s: pack %s of revision %d; --of %s writes it\n", whenever(&k.MadeAt), k.DisputeID, k.SHA256, k.Revision, k.DisputeID)
	}
	fmt.Printf("Hand it in: starter do %s %s --as legal:ID --with '{\"pack\":\"%s\"}'\n", pack.CaseID, schemas.ExternalAnswer.Name, pack.SHA256)
	return nil
}

// writeKept writes the pack that was made when a dispute began.
func (c *evidenceCommand) writeKept(kept []store.EvidencePack) error {
	var of []string
	for _, k := range kept {
		if k.DisputeID != c.Of {
			of = append(of, k.DisputeID)
			continue
		}
		if len(k.ZIP) == 0 {
			return usageError{fmt.Errorf("the pack %s was erased with its customer; its hash is all that is left", k.SHA256)}
		}
		name := c.Out
		if name == "" {
			merchant, request, seq, _ := schemas.SplitCaseID(c.Case)
			name = fmt.Sprintf("evidence-%s-%s-%d-%s.zip", merchant, request, seq, c.Of)
		}
		if err := os.WriteFile(name, k.ZIP, 0o600); err != nil {
			return fmt.Errorf("write the evidence pack: %w", err)
		}
		if c.JSON {
			printJSON(map[string]any{"file": name, "kept": k})
			return nil
		}
		fmt.Printf("%s: case %s at revision %d, kept since %s\npack %s\n", name, c.Case, k.Revision, whenever(&k.MadeAt), k.SHA256)
		return nil
	}
	if len(of) == 0 {
		return usageError{fmt.Errorf("nothing is kept of case %s; without --of a pack is made now", c.Case)}
	}
	return usageError{fmt.Errorf("nothing is kept of case %s for %s, but for %s", c.Case, c.Of, strings.Join(of, ", "))}
}

// beside collects what the case itself does not know: the provider's own numbers, and the sentences of the rules.
func (c *evidenceCommand) beside(ctx context.Context, cli *commandLine, r *reach) (cases.Beside, error) {
	shelf, err := policy.NewShelf(os.DirFS(cli.policyFolder(os.Getenv("AFTERCARE_POLICY_DIR"))))
	if err != nil {
		return cases.Beside{}, err
	}
	if r.withSandbox(ctx) != nil {
		return app.Beside(shelf, nil), nil // no sandbox here: a real provider's numbers stand in its own portal
	}
	return app.Beside(shelf, r.world.Payments()), nil
}
