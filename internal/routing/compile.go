package routing

import (
	"fmt"
	"slices"

	"ripoti/internal/ripoti"
)

// compile turns what is written into what is asked at each decision.
func (p *parser) compile(r *Rules) {
	d := &r.doc
	var err error
	if r.night, err = parseSpan(d.Settings.Night); err != nil {
		p.addAt("settings.night", err)
	}
	if r.office, err = parseSpan(d.Settings.WorkingHours); err != nil {
		p.addAt("settings.working_hours", err)
	}
	for i := range d.Reading {
		rule := &d.Reading[i]
		rule.guard = p.guard(fmt.Sprintf("reading[%d]", i), rule.If, nil)
	}
	p.compileUrgency("urgency", d.Urgency)
	p.compileUrgency("floors", d.Floors)
	for i := range d.Situations {
		rule := &d.Situations[i]
		path := fmt.Sprintf("situations[%d]", i)
		rule.guard = p.guard(path, rule.If, rule.Unless)
		p.paths[rule.ID] = path
		p.compileTell(path+".tell", rule.ID, rule.Tell)
	}
	for category, rule := range d.Categories {
		p.paths[string(category)] = "categories[" + string(category) + "]"
		p.compileTell("categories["+string(category)+"].tell", string(category), rule.Tell)
	}
	p.compileTell("always", "always", d.Always)
	r.says = map[string]string{}
	for _, rule := range append(slices.Clone(d.Urgency), d.Floors...) {
		r.says[rule.ID] = rule.Says
	}
	r.says[d.Repeat.ID] = d.Repeat.Says
	if d.Burst != nil {
		r.says[d.Burst.ID] = d.Burst.Says
	}
}

// why is the line of the trace that tells the urgency.
func (r *Rules) why(u ripoti.Urgency, rule string) string {
	if says, ok := r.says[rule]; ok {
		return string(u) + ": " + says
	}
	return string(u)
}

func (p *parser) compileUrgency(path string, rules []urgencyRule) {
	for i := range rules {
		p.paths[rules[i].ID] = fmt.Sprintf("%s[%d]", path, i)
		rules[i].guard = p.guard(fmt.Sprintf("%s[%d]", path, i), rules[i].If, rules[i].Unless)
	}
}

func (p *parser) compileTell(path, id string, list []tell) {
	for i := range list {
		t := &list[i]
		t.guard = p.guard(fmt.Sprintf("%s[%d]", path, i), t.If, t.Unless)
		t.id = fmt.Sprintf("%s/%d", id, i+1)
		p.paths[t.id] = fmt.Sprintf("%s[%d]", path, i)
		t.needs = ableOf(t.Needs)
	}
}

func (p *parser) guard(path string, ifs, unless []written) guard {
	return guard{p.conditions(path+".if", ifs), p.conditions(path+".unless", unless)}
}

func (p *parser) conditions(path string, list []written) []condition {
	var out []condition
	for i, w := range list {
		c, err := compile(w)
		if err != nil {
			p.addAt(fmt.Sprintf("%s[%d]", path, i), err)
			continue
		}
		out = append(out, c)
	}
	return out
}

// able is a set of capabilities as bits.
type able uint8

func ableOf(list []ripoti.Capability) able {
	var out able
	for _, c := range list {
		switch c {
		case ripoti.GenderDesk:
			out |= 1
		case ripoti.ChildUnit:
			out |= 2
		case ripoti.Vehicle:
			out |= 4
		}
	}
	return out
}
