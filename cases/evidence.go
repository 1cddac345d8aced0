package cases

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Words is what Records may do beside: give the words of people back, for whoever has to prove what was said.
type Words interface {
	Text(ctx context.Context, merchant, textID string) (string, error)
}

// Beside is what an evidence pack holds beside the case's own records, as far as the caller can say it.
type Beside struct {
	// Number is the provider's own number of a refund, by ours; empty where it has none. An error makes no pack: one without the numbers would
	// be another file.
	Number  func(ctx context.Context, merchant, refundID string) (string, error)
	Explain func(policy string, clock schemas.Clock, locale string) []string // why a clock ends when it does
}

// Pack is the evidence of one case as one file. The same case at the same revision, with the same things beside, is the same file to
// the byte, so that its hash says what was handed in.
type Pack struct {
	CaseID   string     `json:"case_id"`
	Revision int64      `json:"revision"`
	SHA256   string     `json:"sha256"` // of the file
	Files    []PackFile `json:"files"`
	ZIP      []byte     `json:"-"`
}

// PackFile is one file of a pack, as its manifest lists it.
type PackFile struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Manifest says what a pack holds.
type Manifest struct {
	CaseID        string     `json:"case_id"`
	OrderID       string     `json:"order_id"`
	Revision      int64      `json:"revision"`
	AsOf          time.Time  `json:"as_of"` // the case's own time of that revision
	Policy        string     `json:"policy"`
	PolicyVersion string     `json:"policy_version"`
	Files         []PackFile `json:"files"`
}

// said is a message of the case with its words, as far as they are kept.
type said struct {
	schemas.Posted
	Text   string `json:"text,omitempty"`
	Erased bool   `json:"erased,omitempty"` // the words were erased, or were never given
}

// money is everything that moved, with the provider's own numbers.
type money struct {
	schemas.Accounts
	Numbers  map[string]string `json:"provider_numbers,omitempty"` // by our refund_id
	Disputes []schemas.Dispute `json:"disputes,omitempty"`
}

// Evidence makes the evidence pack of a case, open or closed: its timeline, what was said, the policy and its rules, proofs, parcels and
// money, in English and Chinese. A closed case is read from its rows.
func (c *Client) Evidence(ctx context.Context, caseID string, beside Beside) (Pack, error) {
	v, err := c.View(ctx, caseID)
	if err != nil {
		return Pack{}, err
	}
	messages, err := c.saidIn(ctx, v)
	if err != nil {
		return Pack{}, err
	}
	asOf := v.OpenedAt
	if n := len(v.Events); n > 0 {
		asOf = v.Events[n-1].At
	}
	// What is true of the moment of asking, and not of the case, would make every pack another one.
	v.Now, v.Work, v.Allowed = asOf, []schemas.Work{}, []schemas.Permit{}
	files := map[string][]byte{}
	put := func(name string, content any) {
		raw, e := json.MarshalIndent(content, "", "  ")
		err = cmp.Or(err, e)
		files[name] = append(raw, '\n')
	}
	put("case.json", v)
	put("messages.json", messages)
	put("parcels.json", v.Parcels)
	put("evidence.json", map[string]any{"evidence_ids": v.EvidenceIDs, "proofs": proofs(v)})
	numbers, err := beside.numbers(ctx, v)
	if err != nil {
		return Pack{}, fmt.Errorf("evidence of %s: %w", caseID, err)
	}
	put("money.json", money{v.Money, numbers, v.Disputes})
	for _, locale := range []string{"en", "zh-CN"} {
		files["summary."+locale+".md"] = summary(v, numbers, locale)
		files["timeline."+locale+".md"] = timeline(v, locale)
		files["rules."+locale+".md"] = rules(v, beside, locale)
	}
	if err != nil {
		return Pack{}, fmt.Errorf("evidence of %s: %w", caseID, err)
	}
	return packed(v, asOf, files)
}

// numbers asks for the provider's numbers of a case's refunds.
func (b Beside) numbers(ctx context.Context, v schemas.View) (map[string]string, error) {
	all := map[string]string{}
	for _, f := range v.Money.Entries {
		if b.Number == nil {
			break
		}
		number, err := b.Number(ctx, v.MerchantID, f.RefundID)
		if err != nil {
			return nil, fmt.Errorf("the provider's number of refund %s: %w", f.RefundID, err)
		}
		if number != "" {
			all[f.RefundID] = number
		}
	}
	return all, nil
}

func (c *Client) saidIn(ctx context.Context, v schemas.View) ([]said, error) {
	all := []said{}
	words, _ := c.records.(Words)
	for _, p := range v.Messages {
		s := said{Posted: p}
		if p.TextID != "" && words != nil {
			text, err := words.Text(ctx, v.MerchantID, p.TextID)
			s.Text, s.Erased = text, err != nil
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// proofs lists what shows that money moved, or goods were as they were.
func proofs(v schemas.View) map[string][]string {
	all := map[string][]string{}
	for _, f := range v.Money.Entries {
		if f.ProofID != "" {
			all[f.RefundID] = append(all[f.RefundID], f.ProofID)
		}
	}
	for _, e := range v.Events {
		if id := e.Data["evidence_ids"]; id != "" {
			key := fmt.Sprintf("%d %s", e.Revision, e.Name)
			all[key] = append(all[key], id)
		}
	}
	return all
}

// packed writes the files and their manifest into one archive, in one order and without the time of packing.
func packed(v schemas.View, asOf time.Time, files map[string][]byte) (Pack, error) {
	m := Manifest{CaseID: v.CaseID, OrderID: v.OrderID, Revision: v.Revision, AsOf: asOf, Policy: v.Policy, PolicyVersion: v.PolicyVersion}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m.Files = append(m.Files, PackFile{Name: name, Bytes: len(files[name]), SHA256: hash(files[name])})
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Pack{}, fmt.Errorf("manifest of %s: %w", v.CaseID, err)
	}
	files["manifest.json"] = append(raw, '\n')
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	for _, name := range append([]string{"manifest.json"}, names...) {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return Pack{}, fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return Pack{}, fmt.Errorf("pack %s: %w", v.CaseID, err)
	}
	return Pack{CaseID: v.CaseID, Revision: v.Revision, SHA256: hash(buffer.Bytes()), Files: m.Files, ZIP: buffer.Bytes()}, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
