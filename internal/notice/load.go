package notice

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/aftercare/aftercare/schemas"
)

//go:embed texts/*.txt words/*.json
var files embed.FS

// Load reads and checks the texts that are built into the product.
func Load() (*Catalogue, error) { return load(files) }

// load tells every fault at once.
func load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]text{}, words: map[string]words{}}
	var faults []error
	for _, locale := range Locales {
		w, err := readWords(fsys, locale)
		faults = append(faults, err)
		c.words[locale] = w
	}
	faults = append(faults, sameWords(c.words))
	for _, locale := range Locales {
		faults = append(faults, c.readTexts(fsys, locale))
	}
	faults = append(faults, noStrangers(fsys))
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

func readWords(fsys fs.FS, locale string) (words, error) {
	name := "words/" + locale + ".json"
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return words{}, err
	}
	w := words{locale: locale}
	if err := json.Unmarshal(raw, &w.codes); err != nil {
		return words{}, fmt.Errorf("%s: %w", name, err)
	}
	return w, nil
}

// sameWords makes sure that what one language can say the others can, too.
func sameWords(all map[string]words) error {
	var faults []error
	for locale, w := range all {
		for other, o := range all {
			for list, codes := range w.codes {
				for code, word := range codes {
					if word == "" {
						faults = append(faults, fmt.Errorf("words/%s.json: %s %s is empty", locale, list, code))
					}
					if o.codes[list][code] == "" && other != locale {
						faults = append(faults, fmt.Errorf("words/%s.json: %s %s is missing; %s has it", other, list, code, locale))
					}
				}
			}
		}
	}
	return errors.Join(faults...)
}

func (c *Catalogue) readTexts(fsys fs.FS, locale string) error {
	shared, err := readShared(fsys, locale)
	if err != nil {
		return err
	}
	var faults []error
	for _, t := range schemas.NoticeTemplates {
		read, err := readText(fsys, shared, t, c.words[locale])
		if err != nil {
			faults = append(faults, fmt.Errorf("texts/%s.%s.txt: %w", t.ID, locale, err))
			continue
		}
		if c.texts[t.ID] == nil {
			c.texts[t.ID] = map[string]text{}
		}
		c.texts[t.ID][locale] = read
	}
	return errors.Join(faults...)
}

// readShared reads the parts that several texts have in common: the greeting, and how to object.
func readShared(fsys fs.FS, locale string) (*template.Template, error) {
	name := "texts/shared." + locale + ".txt"
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	t, err := template.New("shared").Option("missingkey=error").Parse(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// readText reads one file: its head, an empty line, and the text.
func readText(fsys fs.FS, shared *template.Template, t schemas.NoticeTemplate, w words) (text, error) {
	raw, err := fs.ReadFile(fsys, "texts/"+t.ID+"."+w.locale+".txt")
	if err != nil {
		return text{}, errors.New("there is no such file")
	}
	top, body, _ := strings.Cut(string(raw), "\n\n")
	h, err := readHead(top)
	if err != nil {
		return text{}, err
	}
	if strings.TrimSpace(body) == "" {
		return text{}, errors.New("the text is empty")
	}
	made := text{vars: t.Vars}
	own, err := shared.Clone() // what one text defines is not for the others
	if err != nil {
		return text{}, err
	}
	if made.subject, err = own.New("subject").Parse(h.subject); err != nil {
		return text{}, err
	}
	if made.body, err = own.New("body").Parse(body); err != nil {
		return text{}, err
	}
	made.short, err = readShort(h, t, w)
	return made, errors.Join(err, check(made, t, h.unused))
}

// head is what stands above a text: its subject, its text-message form, and what it deliberately does not use.
type head struct {
	subject, sms string
	unused       []string
}

func readHead(top string) (head, error) {
	lines := strings.Split(top, "\n")
	subject, ok := strings.CutPrefix(lines[0], "Subject: ")
	if !ok || strings.TrimSpace(subject) == "" {
		return head{}, errors.New("the first line must be: Subject: …")
	}
	h, lines := head{subject: subject}, lines[1:]
	if len(lines) > 0 {
		if sms, ok := strings.CutPrefix(lines[0], "SMS: "); ok {
			h.sms, lines = strings.TrimSpace(sms), lines[1:]
		}
	}
	if len(lines) > 0 {
		if list, ok := strings.CutPrefix(lines[0], "Unused: "); ok {
			h.unused, lines = strings.Split(list, ", "), lines[1:]
		}
	}
	if len(lines) > 0 {
		return head{}, errors.New("after the subject come a line SMS: …, perhaps a line Unused: a, b, and an empty line")
	}
	return h, nil
}

// check compares what a text mentions with what it will be given.
func check(made text, t schemas.NoticeTemplate, unused []string) error {
	used, parts := map[string]bool{}, map[string]bool{}
	for _, tmpl := range []*template.Template{made.subject, made.body} {
		if err := walk(tmpl, tmpl.Root, used, parts); err != nil {
			return err
		}
	}
	allowed := slices.Concat(t.Vars, common)
	closing := "staff"
	if !ForStaff(t.ID) {
		allowed, closing = append(allowed, nameOfCustomer), "object"
	}
	var faults []error
	for v := range used {
		if !slices.Contains(allowed, v) {
			faults = append(faults, fmt.Errorf("{{.%s}} is not a variable of this template; it has %s", v, strings.Join(allowed, ", ")))
		}
	}
	for _, v := range t.Vars {
		switch marked := slices.Contains(unused, v); {
		case !used[v] && !marked:
			faults = append(faults, fmt.Errorf("{{.%s}} is given but not used; use it, or write it under Unused", v))
		case used[v] && marked:
			faults = append(faults, fmt.Errorf("{{.%s}} stands under Unused but is used", v))
		}
	}
	for _, v := range unused {
		if !slices.Contains(t.Vars, v) {
			faults = append(faults, fmt.Errorf("%q stands under Unused but is not a variable of this template", v))
		}
	}
	if !parts[closing] {
		faults = append(faults, fmt.Errorf("the text must end with {{template %q .}}: every message says how to object", closing))
	}
	return errors.Join(faults...)
}

// walk collects the variables of a text and of the shared parts it includes. Only texts, variables, conditions and shared parts
// may stand in one: whoever writes a message need not know more.
func walk(t *template.Template, n parse.Node, used, parts map[string]bool) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, child := range n.Nodes {
			if err := walk(t, child, used, parts); err != nil {
				return err
			}
		}
		return nil
	case *parse.TextNode, *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		return variable(n.Pipe, used)
	case *parse.IfNode:
		return errors.Join(variable(n.Pipe, used), walk(t, n.List, used, parts), walk(t, n.ElseList, used, parts))
	case *parse.TemplateNode:
		part := t.Lookup(n.Name)
		if part == nil || part.Tree == nil {
			return fmt.Errorf("there is no shared part %q", n.Name)
		}
		parts[n.Name] = true
		return walk(t, part.Root, used, parts)
	}
	return fmt.Errorf("%s may not stand in a text; use {{.variable}}, {{if .variable}} or {{template \"part\" .}}", n)
}

func variable(p *parse.PipeNode, used map[string]bool) error {
	if len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 && len(p.Decl) == 0 {
		if field, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok && len(field.Ident) == 1 {
			used[field.Ident[0]] = true
			return nil
		}
	}
	return fmt.Errorf("{{%s}} may not stand in a text; use {{.variable}}", p)
}

// noStrangers finds files that belong to no template, such as one whose name was misspelt.
func noStrangers(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, "texts")
	if err != nil {
		return err
	}
	var faults []error
	for _, e := range entries {
		base, isText := strings.CutSuffix(e.Name(), ".txt")
		known := false
		for _, locale := range Locales {
			if id, ok := strings.CutSuffix(base, "."+locale); ok && isText {
				_, listed := declared(id)
				known = listed || id == "shared"
			}
		}
		if !known {
			faults = append(faults, fmt.Errorf("texts/%s belongs to no template", e.Name()))
		}
	}
	return errors.Join(faults...)
}
