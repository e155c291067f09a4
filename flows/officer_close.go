package flows

import (
	"slices"

	"ripoti/internal/ripoti"
)

// closeWords begin a proposal to close a case: "CLOSE 4829172 referred", "funga 4829172 msaada, ameomba".
var closeWords = wordSet("close funga ifungwe kufunga")

// endWords say how a case ended. One of them must stand in the text, and no other.
var endWords = []struct {
	end   ripoti.Outcome
	words map[string]bool
}{
	{ripoti.OutcomeConvicted, wordSet("convicted guilty jailed sentenced amehukumiwa kifungo amefungwa")},
	{ripoti.OutcomeAcquitted, wordSet("acquitted discharged ameachiliwa aliachiliwa")},
	{ripoti.OutcomeWithdrawn, wordSet("withdrawn withdrawal odpp dpp imeondolewa iliondolewa")},
	{ripoti.OutcomeReferred, wordSet("referred referral imeelekezwa ameelekezwa elekezwa")},
	{ripoti.OutcomeChildInCare, wordSet("care rescued shelter malezi makao")},
	{ripoti.OutcomeSupportOnly, wordSet("support msaada usaidizi")},
	{ripoti.OutcomeDuplicate, wordSet("duplicate twice mbili imerudiwa")},
	{ripoti.OutcomeUnfounded, wordSet("unfounded false uongo uwongo")},
	{ripoti.OutcomeCannotLocate, wordSet("locate untraceable hajulikani hapatikani hajapatikana")},
	{ripoti.OutcomeArrested, wordSet("arrested amekamatwa")},
	{ripoti.OutcomeFled, wordSet("fled ametoroka")},
	{ripoti.OutcomeSettled, wordSet("settled settlement wamesuluhisha imesuluhishwa wamekubaliana maslaha")},
}

// endFillers stand beside them without being a reason.
var endFillers = wordSet("as only tu in ya ni mara by of is was ilikuwa imekuwa kwa mtoto child yuko cannot cant siwezi kumpata case reported taarifa")

// closing reads a proposal to close a case. Nothing is closed by it: others must agree.
func (t *tokens) closing() (Reply, bool) {
	if words := t.words(); len(words) == 0 || !closeWords[words[0]] {
		return Reply{}, false
	}
	reply := Reply{Verb: VerbClose}
	used, groups := 0, t.groups()
	if len(groups) > 0 {
		_, reply.Typed, reply.Code, used = numberOf(groups)
	}
	if rest := groups[used:]; len(rest) > 0 {
		more := 0
		if _, _, reply.Other, more = numberOf(rest); reply.Other != "" {
			used += more
		}
	}
	var ends []ripoti.Outcome
	for i, k := range t.all {
		end := endOf(k.text)
		if end != "" && !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
		t.all[i].taken = !k.digits && (end != "" || closeWords[k.text] || endFillers[k.text])
	}
	if len(ends) == 1 {
		reply.End = ends[0]
	}
	reply.Note = t.note(used, false)
	return reply, true
}

func endOf(word string) ripoti.Outcome {
	for _, row := range endWords {
		if row.words[word] {
			return row.end
		}
	}
	return ""
}
