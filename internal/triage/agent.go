package triage

import (
	"slices"
	"strings"
)

// Who does a harm (domain brief 4.1, 4.4): the wall is raised where the police do it, not where they
// stand near it in the text. A passive names who did it behind "by" or "na"; for an active verb the
// subject is looked for backwards. What stays open is read against the police.

// doer is who does a harm.
type doer uint8

const (
	unsaid doer = iota
	byPolice
	byOther
)

// role is what a person is in the clause that names them.
type role uint8

const (
	subject role = iota
	object       // behind a verb: "arrested my brother"
	beside       // behind a preposition: "with my uncle"
	joined       // "the police and the chief"
)

// count is one or many, as far as a word tells.
type count uint8

const (
	either count = iota
	one
	many
)

// person is somebody named in the text; from and to are tokens, both included.
type person struct {
	from, to int
	police   bool
	called   bool // asked for, not there: "call the police"
	role     role
	count    count
}

// doerReach is how many words before a harm its subject is looked for.
const doerReach = 14

// receiverReach is how many words behind a bribe they stand who take it.
const receiverReach = 4

// byReach is how many words behind a passive "by" or "na" is looked for.
const byReach = 6

var (
	manyWords   = folded("cops makarao mapolisi masanse maafande maafisa officers policemen policewomen men people boys neighbours thugs parents they elders watu wazazi wazee wezi vijana wanaume majirani")
	oneWords    = folded("officer cop policeman policewoman afande constable corporal inspector sergeant ocs ocpd he she him her")
	otherPeople = folded("man men woman guy guys people someone somebody jamaa mtu watu mse wasee mzee wazee mwanaume wanaume mwizi wezi thief thieves robber robbers rapist rapists killer murderer abuser mbakaji wabakaji muuaji wauaji majambazi jambazi suspect mshukiwa mob wananchi crowd villagers wanakijiji")
	pronouns    = folded("he she they")
	goingOn     = folded("still bado")
	they        = fold("they")
	by          = fold("by")
	killsHim    = fold("muua") // kumuua looks like a passive whose w was written u
	senders     = folded("i we mimi sisi")
	// determiners stand before the noun they belong to.
	determiners = folded("the a an my our his her their your its some two three four five many those these this that one another other local drunk young old uniformed plainclothes huyo huyu hao hawa yule wale mmoja")
	// lights may stand between a subject and its verb.
	lights = folded("who that which is are was were be been being am has have had will would can could always often also usually just even still never did do does not now again both all himself herself themselves keep keeps kept started began came went openly really brutally badly first " +
		"bado sasa sana pia tu leo jana juzi kila siku usiku ndio ndiye ndo ambaye ambao mwenyewe hapa huko pale hivi hii hiyo yule huyo huyu hao hawa wale wengine wawili watatu mmoja wangu yangu yake wake wetu wao yetu yao kwanza ati eti ni")
	prepositions = folded("with of to from for at near in by about against behind before like than kwa wa ya la cha za kama kutoka karibu mbele")
	bridges      = folded("and then na kisha halafu alafu wakaanza akaanza")
	beForms      = folded("was were is are am be been being get got gets getting")
	haveForms    = folded("have has had")
	participles  = folded("beaten stolen taken bitten broken given")
	// transitive are common English verbs whose object may look like the subject of what follows.
	transitive = folded("call tell told inform send sent get got bring brought need want saw see seen find found take took caught catch met meet gave give let made put left ask know hit beat")
	// relativeBegins begin a verb that tells which one is meant.
	relativeBegins = foldedList("aliye anaye atakaye walio wanao watakao")
	// copulas tell where somebody is: what is behind them is told anew.
	copulas = folded("niko tuko yuko ako wako")
	// nearby make "na" a place: "karibu na kituo".
	nearby = folded("karibu mbali")
	// forDoing stand before a deed that somebody answers for: "arrested for beating".
	forDoing = folded("for after")
	// arrivals are verbs behind which the next noun is a new subject, not an object.
	arrivals = foldedList("kuja fika ako apo ingia rudi came come here arrived")
)

// doer says who does the harm h.
func (r *reading) doer(h hit) doer {
	if h.from == h.to && otherPeople[r.word(h.from)] { // "wezi" are no deed
		return unsaid
	}
	if named := r.behindBy(h); named != unsaid {
		return named
	}
	if r.isPassive(h) {
		if r.inCustody(h) {
			return byPolice
		}
		return unsaid
	}
	return r.subjectOf(h)
}

// doneByOthers says that somebody else does the harm, and not to the police: "familia imehonga
// polisi" tells of police who took a bribe.
func (r *reading) doneByOthers(h, police hit) bool {
	if police.from > h.to && police.from-h.to <= receiverReach || r.isPassive(h) {
		return false
	}
	return r.doer(h) == byOther
}

// behindBy is whom "by" or, behind a passive, "na" names.
func (r *reading) behindBy(h hit) doer {
	found := unsaid
	if h.signal == r.l.set.lain && r.liesWith(h) {
		return byPolice
	}
	for i := max(h.from+1, h.to); i <= h.to+byReach && i < len(r.tokens); i++ {
		w := r.word(i)
		if beForms[w] || copulas[w] || r.newClause(i) || found != unsaid && r.tokens[i].after {
			break // "by" belongs to what is told next
		}
		if w != by && (w != "na" || !r.isPassive(h) || nearby[r.word(i-1)]) {
			continue
		}
		p, ok := r.personFrom(i + 1)
		switch {
		case !ok && w == by:
			found = byOther
		case !ok || w == "na" && p.to+1 < len(r.tokens) && !r.tokens[p.to+1].after && r.newClause(p.to+1):
		case p.police:
			return byPolice
		default:
			found = byOther
		}
	}
	return found
}

// liesWith says that the police are those somebody lies with: "alilala na karao", "slept with an officer".
func (r *reading) liesWith(h hit) bool {
	for i := h.from + 1; i <= h.to+1; i++ {
		if w := r.word(i); w == "na" || w == "with" {
			p, ok := r.personFrom(i + 1)
			return ok && p.police
		}
	}
	return false
}

// personFrom is the person that the noun at token i, behind its determiners, names.
func (r *reading) personFrom(i int) (person, bool) {
	for i < len(r.tokens) && determiners[r.word(i)] {
		i++
	}
	for _, p := range r.people() {
		if p.from <= i && i <= p.to {
			return p, true
		}
	}
	return person{}, false
}

// newClause says that a Swahili verb at token i makes the noun before it a subject: "na polisi
// wamekuja". "Na polisi waliokuja" and "na polisi wakamtupa" go on telling of the same police.
func (r *reading) newClause(i int) bool {
	if i >= len(r.tokens) {
		return false
	}
	w := r.word(i)
	if isNarrative(w) || r.isRelative(i) {
		return false
	}
	form := r.tokens[i].verb
	return form != nil && form.finite || r.tokens[i].verbLike || isArrival(w)
}

// isRelative says that token i is a verb that tells which one is meant: "aliyempiga", "waliokuja".
func (r *reading) isRelative(i int) bool {
	if form := r.tokens[i].verb; form != nil {
		return form.relative
	}
	w := r.word(i)
	return r.tokens[i].verbLike && slices.ContainsFunc(relativeBegins, func(begin string) bool { return strings.HasPrefix(w, begin) })
}

// isPassive says that the harm is told by whom it befalls.
func (r *reading) isPassive(h hit) bool {
	if strings.HasSuffix(r.word(h.from), killsHim) {
		return false
	}
	form := h.form
	if form == nil && h.from == h.to && r.tokens[h.from].verb != nil { // a word of the list: walimuua, ameuawa
		return strings.HasSuffix(r.word(h.from), "wa")
	}
	if form == nil {
		form = r.formIn([]int{h.from, h.to})
	}
	if form != nil {
		return form.passive && !form.object // walimuua is no passive
	}
	for i := h.from; i <= h.to; i++ {
		if strings.HasSuffix(r.word(i), "ing") {
			return r.word(i-1) == "being"
		}
	}
	last := r.word(h.to)
	for i := h.from; i >= h.from-3 && i >= 0; i-- {
		w := r.word(i)
		switch {
		case beForms[w]:
			return true
		case haveForms[w]:
			return false
		case i < h.from && !lights[w]:
			return participles[last]
		}
	}
	return participles[last]
}

// inCustody says that the police took the one who is then harmed: "polisi walimshika akapigwa".
func (r *reading) inCustody(h hit) bool {
	if !r.carriesOn(h.from) {
		return false
	}
	for _, held := range r.hits {
		if held.signal == r.l.set.taken && !held.negated && held.to < h.from && h.from-held.from <= doerReach && r.subjectOf(held) == byPolice {
			return true
		}
	}
	return false
}

// carriesOn says that the verb at token i goes on with what was told before it: "and beat", "akapigwa".
func (r *reading) carriesOn(i int) bool {
	if isNarrative(r.word(i)) {
		return true
	}
	for i--; i > 0 && (lights[r.word(i)] || pronouns[r.word(i)] || r.word(i) == "him" || r.word(i) == "her"); i-- {
	}
	return i >= 0 && bridges[r.word(i)]
}

// goesOn says that the verb has the subject of the one before it: "walimshika akampiga", "alimforce kulala".
func (r *reading) goesOn(h hit) bool {
	w := r.word(h.from)
	return isNarrative(w) || strings.HasPrefix(w, "ku") && h.form != nil && !h.form.finite
}

// isNarrative says that a Swahili verb has the tense of what came next: akampiga, wakamtupa.
func isNarrative(w string) bool {
	return len(w) > 4 && (strings.HasPrefix(w, "aka") || strings.HasPrefix(w, "waka"))
}

// subjectOf looks backwards for the subject of an active harm.
func (r *reading) subjectOf(h hit) doer {
	people := r.people()
	n := r.countOf(h)
	relative := h.form != nil && h.form.relative
	next := h.from // first token behind the person looked at, on its way to the verb
	touches := true
	if h.form != nil && h.form.self || r.senderActs(h.from) {
		return byOther
	}
	if h.form != nil && h.form.toSelf && r.policeBehind(h) {
		return byPolice
	}
	answering := forDoing[r.word(h.from-1)] && strings.HasSuffix(r.word(h.from), "ing")
	last, _ := slices.BinarySearchFunc(people, h.from, func(p person, i int) int { return p.from - i })
	for i := last - 1; i >= 0; i-- {
		p := people[i]
		if h.from-p.to > doerReach {
			break
		}
		touches = touches && r.onlyLights(p.to+1, next)
		next = p.from
		switch {
		case relative && r.verbIn(p.to+1, h.from): // "wamemkamata aliyembaka": the one who did
			return byOther
		case answering && p.role == beside:
		case answering && p.police:
			return byPolice
		case answering:
			return byOther
		case p.count != either && n != either && p.count != n:
		case p.police && (p.called && !touches && r.spared(h, n)):
		case p.police:
			return byPolice
		case p.role == joined && i > 0 && people[i-1].police:
			return byPolice
		case p.role == subject, touches && (p.role != object || !r.goesOn(h)) && !r.behindPreposition(p):
			return byOther
		}
	}
	return unsaid
}

// policeBehind says that the police stand behind a verb whose object is the sender: "wamenipiga polisi".
func (r *reading) policeBehind(h hit) bool {
	if h.to+1 >= len(r.tokens) || r.tokens[h.to+1].after {
		return false
	}
	p, ok := r.personFrom(h.to + 1)
	return ok && p.police && !r.newClause(p.to+1)
}

// spared says that police who were only called do not do what is told next, unless it is what the
// police or several did then: "tumeita polisi lakini wanataka pesa".
func (r *reading) spared(h hit, n count) bool {
	if n == many {
		return goingOn[r.word(h.from-1)] || goingOn[r.word(h.from-2)]
	}
	return !r.carriesOn(h.from)
}

// countOf is how many the verb says do it.
func (r *reading) countOf(h hit) count {
	if h.form != nil {
		return verbCount(r.word(h.from))
	}
	for i := h.from - 1; i >= h.from-3 && i >= 0 && (lights[r.word(i)] || pronouns[r.word(i)]); i-- {
		switch r.word(i) {
		case they:
			return many
		case "he", "she":
			return one
		}
	}
	return either
}

// verbCount reads one or many off the subject of a Swahili verb.
func verbCount(w string) count {
	switch {
	case strings.HasPrefix(w, "wa"), strings.HasPrefix(w, "hawa"):
		return many
	case strings.HasPrefix(w, "a"), strings.HasPrefix(w, "iu"), strings.HasPrefix(w, "ha"):
		return one
	}
	return either
}

// senderActs says that "I" or "we" is the subject of the verb at token i.
func (r *reading) senderActs(i int) bool {
	for i--; i >= 0 && lights[r.word(i)]; i-- {
	}
	return senders[r.word(i)]
}

func (r *reading) onlyLights(from, to int) bool {
	for i := from; i < to; i++ {
		if r.tokens[i].after || !lights[r.word(i)] {
			return false
		}
	}
	return to >= len(r.tokens) || !r.tokens[to].after
}

func (r *reading) verbIn(from, to int) bool {
	for i := from; i < to; i++ {
		if r.tokens[i].isVerb() {
			return true
		}
	}
	return false
}

func (r *reading) behindPreposition(p person) bool {
	i := p.from - 1
	for i >= 0 && determiners[r.word(i)] {
		i--
	}
	return prepositions[r.word(i)]
}

// people are all persons named, in the order of the text.
func (r *reading) people() []person {
	if r.named != nil {
		return r.named
	}
	r.named = []person{}
	hits := r.hits // those from token i on
	for i := 0; i < len(r.tokens); i++ {
		for len(hits) > 0 && hits[0].from < i {
			hits = hits[1:]
		}
		p, ok := r.personAt(i, hits)
		if !ok {
			continue
		}
		p.role = r.roleOf(p)
		p.called = p.police && (p.role == object || p.role == beside) && r.within(r.l.set.called, p.from)
		p.count = r.countPeople(p)
		r.named = append(r.named, p)
		i = p.to
	}
	return r.named
}

// personAt is the person whose words begin at token i, by the longest phrase; hits are those from i on.
func (r *reading) personAt(i int, hits []hit) (person, bool) {
	p := person{from: i, to: i}
	w := r.word(i)
	found, official := false, false
	for _, h := range hits {
		if h.from != i {
			break
		}
		if h.negated || !r.l.isSomebody[h.signal] || h.from != h.to && h.form != nil {
			continue
		}
		found = true
		p.to = max(p.to, h.to)
		police := h.signal == r.l.set.police || h.signal == r.l.set.station
		p.police = p.police || police
		official = official || !police && r.l.isOfficial[h.signal]
	}
	p.police = p.police && !official
	return p, found || otherPeople[w]
}

// within says that token i is part of words that give the signal.
func (r *reading) within(s signal, i int) bool {
	return slices.ContainsFunc(r.hits, func(h hit) bool { return h.signal == s && h.from <= i && i <= h.to })
}

// roleOf is what the words before a person make of them.
func (r *reading) roleOf(p person) role {
	i := p.from
	for i > 0 && determiners[r.word(i-1)] && !r.tokens[i].after {
		i--
	}
	if i == 0 || r.tokens[i].after {
		return subject
	}
	w := r.word(i - 1)
	switch {
	case w == "na" || w == "and":
		if last := len(r.named) - 1; last >= 0 && r.named[last].to == i-2 {
			return joined
		}
		if w == "na" && i > 1 && r.tokens[i-2].isVerb() {
			return beside
		}
		return subject
	case prepositions[w]:
		return beside
	case isArrival(w):
		return subject
	case r.tokens[i-1].isVerb():
		return object
	}
	return subject
}

func isArrival(w string) bool {
	return slices.ContainsFunc(arrivals, func(end string) bool { return strings.HasSuffix(w, end) })
}

// isVerb says that a word is likely a verb.
func (t *token) isVerb() bool {
	if t.verb != nil || t.verbLike || transitive[t.folded] || len(t.folded) >= 5 && strings.HasSuffix(t.folded, "ed") {
		return true
	}
	return slices.ContainsFunc(t.hits, func(s sense) bool { return s.event })
}

// countPeople is one or many: by the verb behind them, else by their own word.
func (r *reading) countPeople(p person) count {
	own := either
	switch w := r.word(p.to); {
	case manyWords[w]:
		own = many
	case oneWords[w]:
		own = one
	}
	i := p.to + 1
	for i < len(r.tokens) && !r.tokens[i].after && lights[r.word(i)] {
		switch r.word(i) {
		case "are", "were", "have":
			return many
		case "is", "was", "has":
			return one
		}
		i++
	}
	if i < len(r.tokens) && !r.tokens[i].after && (r.tokens[i].verb != nil || r.tokens[i].verbLike || isArrival(r.word(i))) {
		if n := verbCount(r.word(i)); n != either {
			return n
		}
	}
	return own
}
