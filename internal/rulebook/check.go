package rulebook

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Check tells everything that is wrong with a document, each with its line and field: what ParseRules finds,
// and where it would lead to nobody, or to an office at which nobody with a verified number could answer,
// while the rules in force do not. What is the directory's fault under any rules is no problem of a draft's.
func (b *Book) Check(doc []byte) (*routing.Rules, routing.Problems) {
	c := b.checks.of(b.now(), doc)
	c.once.Do(func() { c.rules, c.problems = b.check(doc) })
	return c.rules, c.problems
}

// checks are what was found lately, for as long as the world stays as it is: a page that shows a draft and
// the form that proposes it ask the same.
type checks struct {
	mu    sync.Mutex
	world *casework.World
	by    map[[sha256.Size]byte]*checked
}

type checked struct {
	once     sync.Once
	rules    *routing.Rules
	problems routing.Problems
}

// mostChecks is how many are kept.
const mostChecks = 50

func (c *checks) of(world *casework.World, doc []byte) *checked {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.world != world || len(c.by) >= mostChecks {
		c.world, c.by = world, map[[sha256.Size]byte]*checked{}
	}
	sum := sha256.Sum256(doc)
	if c.by[sum] == nil {
		c.by[sum] = &checked{}
	}
	return c.by[sum]
}

func (b *Book) check(doc []byte) (*routing.Rules, routing.Problems) {
	rules, err := routing.ParseRules(doc)
	if err != nil {
		var problems routing.Problems
		if !errors.As(err, &problems) {
			problems = routing.Problems{{Text: err.Error()}}
		}
		return nil, problems
	}
	return rules, b.strands(rules)
}

// harms are the reports that every place is tried with: each harm of the menu with the answers that part the
// ways in it, in danger and without.
var harms = []ripoti.Answers{
	{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByKnown},
	{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByStranger, Choice: ripoti.ChoicePolice},
	{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByKnown, Choice: ripoti.ChoiceSupport},
	{What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily},
	{What: ripoti.WhatChild, Detail: ripoti.ChildNeglected, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily},
	{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulMarriage, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily},
	{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulFGM, AtRisk: ripoti.AtRiskSeveral, ByWhom: ripoti.ByFamily},
	{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByFamily, Choice: ripoti.ChoicePolice},
	{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily},
	{What: ripoti.WhatSold, Detail: ripoti.SoldChildSex, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByStranger},
	{What: ripoti.WhatSold, Detail: ripoti.SoldMoved, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByStranger},
	{What: ripoti.WhatSold, Detail: ripoti.SoldWork, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByKnown},
	{What: ripoti.WhatPolice, Detail: ripoti.PoliceBeat, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByPolice},
	{What: ripoti.WhatPolice, Detail: ripoti.PoliceSexual, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByPolice},
	{What: ripoti.WhatCrime, AtRisk: ripoti.AtRiskUnsure, ByWhom: ripoti.ByStranger},
	{What: ripoti.WhatUnsure, AtRisk: ripoti.AtRiskUnsure, ByWhom: ripoti.ByUnsure},
	{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild},
}

// wardsEach is how many wards of each county a document is tried in.
const wardsEach = 4

// tried are the wards that a document is tried in, of every county some.
func (b *Book) tried() (some []ripoti.Place) {
	of := map[string]int{}
	for _, w := range b.Desk.Places.Wards() {
		if w.Precision.Decides() && of[w.CountyID] < wardsEach {
			of[w.CountyID]++
			some = append(some, w)
		}
	}
	return some
}

// examples are the cases that a ward is tried with.
func examples(ward ripoti.Place, at time.Time) (all []routing.Case) {
	for _, a := range harms {
		a.Place, a.When, a.Suspect = ward.Ref(), ripoti.WhenDays3, ripoti.SuspectNear
		stage := ripoti.StageComplete
		if a.ByWhom == "" {
			stage = ripoti.StagePartial
		}
		for _, danger := range []ripoti.Danger{ripoti.DangerYes, ripoti.DangerNo} {
			a.Danger = danger
			all = append(all, routing.Case{Answers: a, Stage: stage, At: at})
		}
	}
	return all
}

// Strand is a way on which a report is lost.
type Strand string

const (
	ToNobody  Strand = "nobody"   // nobody is found for it but the coordinators' list
	NoSafety  Strand = "safety"   // nobody owes an answer for safety any more
	NoCare    Strand = "care"     // nobody owes an answer for care any more
	NotByRole Strand = "unproved" // an office is told at which none of the roles has a verified number
)

// strands are the ways on which a document loses reports that the rules in force do not lose.
func (b *Book) strands(draft *routing.Rules) routing.Problems {
	world, at := b.now(), b.Desk.Now()
	type trouble struct {
		path string
		kind Strand
	}
	wards := map[trouble]map[string]bool{}
	first := map[trouble]ripoti.Place{}
	for _, ward := range b.tried() {
		for _, c := range examples(ward, at) {
			before := lost(routing.Decide(c, world.Directory, world.Rules), world.Directory, world.Rules)
			for kind, path := range lost(routing.Decide(c, world.Directory, draft), world.Directory, draft) {
				if _, had := before[kind]; had {
					continue
				}
				t := trouble{path, kind}
				if wards[t] == nil {
					wards[t], first[t] = map[string]bool{}, ward
				}
				wards[t][ward.ID] = true
			}
		}
	}
	var problems routing.Problems
	for t, in := range wards {
		problems = append(problems, routing.Wrong(t.path, draft.LineOf(t.path), "strand_"+string(t.kind), first[t].Name, len(in)))
	}
	slices.SortFunc(problems, func(a, b routing.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return problems
}

// lost says on which ways a decision loses its report, and where in the document the way begins.
func lost(d routing.Decision, directory *routing.Directory, rules *routing.Rules) map[Strand]string {
	out := map[Strand]string{}
	path := "categories"
	for _, l := range d.Trace {
		if p := rules.PathOf(l.Rule); p != "" && l.Result == "note" && (p[0] == 'c' || p[0] == 's') {
			path = p
			break
		}
	}
	safety, care := false, false
	for _, part := range d.Parts {
		if part.Side == ripoti.Told {
			continue
		}
		safety, care = safety || part.Side == ripoti.Safety, care || part.Side == ripoti.Care
		if len(part.Ladder) == 0 || !directory.Answers(part.Ladder[0].OfficeID, part.Ladder[0].Roles) {
			out[NotByRole] = lineOf(d, part, rules)
		}
	}
	if d.NoRecipient {
		out[ToNobody] = path
	}
	if !safety {
		out[NoSafety] = path
	}
	if !care {
		out[NoCare] = "always"
	}
	return out
}

// lineOf is the line of the document that gave a part.
func lineOf(d routing.Decision, part routing.Part, rules *routing.Rules) string {
	for _, l := range d.Trace {
		if l.Office == part.OfficeID && l.Result == "taken" && l.Why == part.Why {
			if path := rules.PathOf(l.Rule); path != "" {
				return path + ".roles"
			}
		}
	}
	return "ladders"
}

// stranded are the wards, of those that are tried, in which some report would reach nobody in a world.
func (b *Book) stranded(directory *routing.Directory, world *casework.World) map[string]bool {
	out, at := map[string]bool{}, b.Desk.Now()
	for _, ward := range b.tried() {
		for _, c := range examples(ward, at) {
			if routing.Decide(c, directory, world.Rules).NoRecipient {
				out[ward.ID] = true
				break
			}
		}
	}
	return out
}
