package casework_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// A village in which a report accuses station-near, and its twin in which that report was never made. To
// everybody inside the wall (domain brief 4.4) the two must be one: whatever is asked, typed, listed or
// counted, and whatever arrives, is the same in both.
type village struct {
	*stage.Stage
	walled ripoti.Code // of the first village, also in its twin
	open   ripoti.Code // a report that station-near holds, in both
}

// insiders are who must learn nothing: the accused, those beside and above them, and a coordinator whose
// number also answers for the accused station.
var insiders = []string{"station-near.desk", "station-near.ocs", "station-next.desk", "command-west.commander", "county-command-047.commander", "coordination-047.coordinator"}

func twoPosts(_ []ripoti.Office, contacts []ripoti.Contact) {
	phone := contacts[slices.IndexFunc(contacts, func(c ripoti.Contact) bool { return c.ID == "station-near.desk" })].Phone
	for i := range contacts {
		if contacts[i].ID == "coordination-047.coordinator" {
			contacts[i].Phone = phone
		}
	}
}

// twins are the village and its twin. The walled report has lived: it was taken, referred, told of,
// flagged, and its closing is proposed. late: the station, its OCS and its commander were alerted before
// anybody accused them.
func twins(t *testing.T, late bool) (with, without village) {
	t.Helper()
	settle := func() village {
		v := village{Stage: stage.New(t, twoPosts)}
		v.open = v.File("open", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatChild, ripoti.ChildBeaten }))
		v.Text("station-near.desk", "1 "+string(v.open))
		v.Text("children-west.children", "1 "+string(v.open))
		return v
	}
	with, without = settle(), settle()
	accusing := func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }
	if late {
		with.walled = with.File("walled", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByUnsure }))
		with.Wait(35 * time.Minute)
		without.Wait(35 * time.Minute)
		if kinds := with.Kinds("command-west.commander"); kinds == "" {
			t.Fatal("the commander was not alerted before the wall stood")
		}
		with.Add("walled", ripoti.StageComplete, danger(accusing))
	} else {
		with.walled = with.File("walled", ripoti.StageComplete, stage.Report(accusing))
	}
	without.walled = with.walled
	with.Text("station-north.desk", "1 "+string(with.walled))
	with.Text("oversight-ke.liaison", "1 "+string(with.walled))
	with.Text(worker, "1 "+string(with.walled))
	if _, err := with.Refer(with.walled, worker, "hospital-west", "", true); err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{"5", "7", "8 ", "S"} {
		with.Text("station-north.desk", told+" "+string(with.walled))
	}
	with.Text("station-north.desk", "C "+string(with.walled)+" "+with.Clock.Now().AddDate(0, 0, 3).Format("2/1/2006"))
	if err := with.Desk.Propose(t.Context(), with.walled, contactOf(with.Stage, "oversight-ke.liaison"), ripoti.OutcomeConvicted, "", ""); err != nil {
		t.Fatal(err)
	}
	with.Work()
	if walls, err := with.Store.Walls(t.Context(), with.Report(with.walled).ID); err != nil || !slices.Contains(walls, "station-near") || !slices.Contains(walls, "county-command-047") {
		t.Fatalf("the wall is %v, %v", walls, err)
	}
	return with, without
}

var rowIDs = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// same is what was learned, without what differs by chance: ids of rows and the number of the open report.
func (v village) same(learned string) string {
	for _, code := range []string{string(v.open), v.open.Spaced()} {
		learned = strings.ReplaceAll(learned, code, "OPEN")
	}
	return rowIDs.ReplaceAllString(learned, "ID")
}

// heard is what an error tells: the sentence and its kind.
func heard(err error) string {
	if err == nil {
		return "done"
	}
	return string(ripoti.CodeOf(err)) + " " + ripoti.KeyOf(err)
}

func told(got any, err error) string {
	raw, _ := json.Marshal(got)
	return string(raw) + " " + heard(err)
}

// inTx does something in a transaction and gives what was learned.
func (v village) inTx(do func(tx *store.Tx) string) (learned string) {
	v.Helper()
	if err := v.Store.InTx(v.Context(), func(tx *store.Tx) error { learned = do(tx); return nil }); err != nil {
		v.Fatal(err)
	}
	return learned
}

// reportOf is the report of a number, as a hand that has a transaction gets it; empty where there is none.
func (v village) reportOf() (r ripoti.Report) {
	if all, err := v.Store.Reports(v.Context(), "", 50); err == nil {
		for _, one := range all {
			if one.Code == v.walled {
				r = one
			}
		}
	}
	return r
}

// way is one way in to a case: asked by somebody inside the wall it gives what is learned. Where there is
// nothing to ask, none says why.
type way struct {
	asked func(v village, by ripoti.Contact) string
	none  string
}

const (
	byOperator  = "a command of the operator, who is no contact of an office"
	byReporter  = "of the reporter's side: it speaks to no office"
	byClock     = "done by the clock: what it sends is compared at the end of the test"
	ofDirectory = "changes who is posted where and tells of no case: the wall stands before the people wherever they are posted"
	byProvider  = "of the SMS provider: it tells nobody anything"
)

// ways are all exported methods of the Desk. A method that is not here fails the test: say how somebody of
// an accused office could reach a report through it, or why nobody can.
var ways = map[string]way{
	"CPIMS": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.CPIMS(v.Context(), store.View{Contact: by.ID, Offices: []string{by.OfficeID}}, store.Wanted{}, func(r ripoti.Report) string { return string(r.Code) }))
	}},
	"Answer":  {asked: answers},
	"StaffDo": {asked: staffAsks},
	"Handover": {asked: func(v village, by ripoti.Contact) (learned string) {
		view := store.ViewOf(ripoti.User{ID: "x", Role: ripoti.UserCoordinator, OfficeID: by.OfficeID, ContactID: by.ID}, v.Desk.Live.World().OfficesOf(by.ID)...)
		for _, c := range v.Desk.Live.World().ContactsAt("station-north") {
			learned += told(v.Desk.Handover(v.Context(), view, c))
		}
		return learned
	}},
	"AddLeave":        {none: ofDirectory},
	"AskNumber":       {none: ofDirectory},
	"ChangeDirectory": {none: ofDirectory},
	"Preview":         {none: ofDirectory},
	"Import":          {none: ofDirectory},
	"CloseOffice":     {none: ofDirectory},
	"DropLeave":       {none: ofDirectory},
	"EndService":      {none: ofDirectory},
	"OpenOffice":      {none: ofDirectory},
	"ProveNumber":     {none: ofDirectory},
	"Resume":          {none: ofDirectory},
	"SaveContact":     {none: ofDirectory},
	"SaveOffice":      {none: ofDirectory},
	"SaveShifts":      {none: ofDirectory},
	"Transfer":        {none: ofDirectory},
	"StaffContacts":   {asked: func(v village, by ripoti.Contact) string { return told(v.Desk.StaffContacts(v.Context(), by.Phone)) }},
	"StaffActs":       {none: "gives again what StaffDo gave to the same press"},
	"StaffIdle":       {none: "tells only that a press came too late"},
	"GiveCode":        {none: byOperator},
	"TryPIN":          {none: byOperator},
	"SetDuty":         {none: "is about the contact, not about a case"},
	"Read":            {asked: textsIn},
	"AnswerCheck":     {none: "is given a case that Answer has found"},
	"Propose": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.Propose(v.Context(), v.walled, by, ripoti.OutcomeUnfounded, "no", v.open)) + heard(v.Desk.Propose(v.Context(), v.open, by, ripoti.OutcomeDuplicate, "no", v.walled))
	}},
	"Agree": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.Agree(v.Context(), v.walled, by, true, "")) + heard(v.Desk.Agree(v.Context(), v.walled, by, false, ""))
	}},
	"Reopen": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.Reopen(v.Context(), v.walled, by, "why"))
	}},
	"SettleFlag": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.SettleFlag(v.Context(), v.walled, ripoti.FlagSettlement, by, "how"))
	}},
	"Reassign": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.Reassign(v.Context(), v.walled, by, "transfer"))
	}},
	"Flags": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.Flags(v.Context(), by, "047", "", 50)) + told(v.Desk.Flags(v.Context(), by, "", "", 50))
	}},
	"Overview": {asked: func(v village, by ripoti.Contact) string {
		_, err := v.Desk.Overview(v.Context(), v.walled, by)
		return heard(err)
	}},
	"Confirm": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.Confirm(v.Context(), casework.ReadBy{Code: v.walled, Contact: by.ID}))
	}},
	"ReporterContact": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.ReporterContact(v.Context(), v.walled, by, casework.OpenDanger))
	}},
	"Workloads": {asked: func(v village, by ripoti.Contact) string { return told(v.Desk.Workloads(v.Context(), by)) }},
	"Pairs":     {asked: func(v village, by ripoti.Contact) string { return told(v.Desk.Pairs(v.Context(), by, 50)) }},
	"SameEvent": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.SameEvent(v.Context(), v.Report(v.open).ID, by)) + told(v.Desk.SameEvent(v.Context(), v.reportOf().ID, by))
	}},
	"LinkIncident": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.LinkIncident(v.Context(), v.open, v.walled, by))
	}},
	"RejectIncident": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.RejectIncident(v.Context(), v.walled, v.open, by))
	}},

	"AnswerOnPage": {asked: func(v village, by ripoti.Contact) (learned string) {
		for _, verb := range []flows.Verb{flows.VerbAccept, flows.VerbDecline, flows.VerbCheck, flows.VerbMove} {
			for _, reply := range replies(verb) {
				learned += heard(v.Desk.AnswerOnPage(v.Context(), v.walled, by, reply))
			}
		}
		return learned
	}},
	"Offers": {asked: func(v village, by ripoti.Contact) string { return told(v.Desk.Offers(v.Context(), v.walled, by)) }},
	"RaiseFlag": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.RaiseFlag(v.Context(), v.walled, by, ripoti.FlagUnsafe, "words"))
	}},
	"ReferCase": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.ReferCase(v.Context(), v.walled, by, "legal-047", "", true))
	}},
	"RevokeReferral": {asked: func(v village, by ripoti.Contact) string {
		return heard(v.Desk.RevokeReferral(v.Context(), v.walled, by, "no such assignment"))
	}},
	"PairsIn": {asked: func(v village, by ripoti.Contact) string {
		return told(v.Desk.PairsIn(v.Context(), by, []string{"047"}, 50))
	}},
	"DrillOffices": {none: "lists stations of the directory"}, "StartDrill": {none: "makes reports that accuse nobody"},
	"EndDrill": {none: "closes practice reports, which accuse nobody"}, "DrillResult": {none: "asks by a view"}, "DrillEnds": {none: byClock},
	"LateSince": {none: "tells times by the rules, of no case"},

	// These are given a report that somebody has found; they refuse all the same.
	"Refer": {asked: func(v village, by ripoti.Contact) string {
		r := v.reportOf()
		if r.ID == "" {
			return "forbidden referral.not_yours"
		}
		_, err := v.Stage.Refer(r.Code, by.ID, "legal-047", "", true)
		return heard(err)
	}},
	"Referrals": {asked: func(v village, by ripoti.Contact) string {
		return v.inTx(func(tx *store.Tx) string {
			r := v.reportOf()
			if r.ID == "" {
				return "nothing"
			}
			if found, err := v.Desk.Referrals(v.Context(), tx, r, by); err == nil && len(found) > 0 {
				return told(found, err)
			}
			return "nothing"
		})
	}},
	"Revoke":           {none: "only whoever made a referral, and a coordinator, may take it back: Refer refuses to make one"},
	"Nearest":          {none: "offers offices, none of them behind the wall: TestReferralsKeepTheWall"},
	"ReferralKinds":    {none: "lists kinds of offices of a case that is open on the screen"},
	"AcceptedReferral": {none: "is asked by Propose, which refuses"},

	"Evidence": {none: byOperator}, "EvidenceMade": {none: byOperator}, "SeenBy": {none: byOperator}, "Subject": {none: byOperator}, "Erase": {none: byOperator},
	"Keep": {none: byOperator}, "Due": {none: byOperator}, "PurgeNow": {none: byOperator}, "RouteAgain": {none: byOperator},
	"File": {none: byReporter}, "Add": {none: byReporter}, "Hold": {none: byReporter}, "Drop": {none: byReporter},
	"Rescue": {none: byReporter}, "Follow": {none: byReporter},
	"Receive": {none: byProvider}, "Recover": {none: byProvider}, "Receipt": {none: byProvider}, "OptOut": {none: byProvider}, "Undeliverable": {none: byProvider},
	"AskHow": {none: byClock}, "AskAgain": {none: byClock}, "Brief": {none: byClock}, "Chase": {none: byClock}, "Check": {none: byClock}, "Climb": {none: byClock}, "GiveUp": {none: byClock},
	"Inform": {none: byClock}, "Lease": {none: byClock}, "Ping": {none: byClock}, "Pinged": {none: byClock}, "Purge": {none: byClock}, "Referral": {none: byClock},
	"Return": {none: byClock}, "Route": {none: byClock}, "Stand": {none: byClock}, "Tasks": {none: byClock}, "Tell": {none: byClock}, "Unread": {none: byClock},
}

// replies are everything that staff can answer, by verb: with the number of the walled report and, where
// that means something, without one.
func replies(verb flows.Verb) (all []flows.Reply) {
	switch verb {
	case flows.VerbMove:
		for _, move := range everyMove {
			all = append(all, flows.Reply{Verb: verb, Move: move, OB: "56/1/11/2026", Day: "2026-12-01", Note: "words"})
		}
	case flows.VerbCheck:
		for _, check := range []ripoti.CheckAnswer{ripoti.CheckSafe, ripoti.CheckUnsafe, ripoti.CheckUnreached, ripoti.CheckNotSafe} {
			all = append(all, flows.Reply{Verb: verb, Check: check})
		}
	case flows.VerbDecline:
		all = append(all, flows.Reply{Verb: verb})
		for _, reason := range flows.Reasons {
			all = append(all, flows.Reply{Verb: verb, Reason: reason})
		}
	case flows.VerbClose:
		for _, end := range append([]ripoti.Outcome{""}, ripoti.Outcomes...) {
			all = append(all, flows.Reply{Verb: verb, End: end, Note: "words"})
		}
	default:
		all = append(all, flows.Reply{Verb: verb})
	}
	return all
}

var everyMove = []ripoti.Move{ripoti.MoveOnTheWay, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveOB, ripoti.MoveArrested, ripoti.MoveFled, ripoti.MoveNotFound,
	ripoti.MoveNoVehicle, ripoti.MoveCharged, ripoti.MovePressure, ripoti.MoveHandOver}

// answers are all answers of staff with the number of the walled report, and a bare number.
func answers(v village, by ripoti.Contact) string {
	var learned []string
	contacts, err := v.Store.ContactsOf(v.Context(), by.Phone)
	if err != nil {
		v.Fatal(err)
	}
	who := casework.Staff{Phone: by.Phone, Contacts: contacts}
	for _, bare := range []flows.Reply{{Verb: flows.VerbDecline}, {Verb: flows.VerbAccept}} { // with everything that it may be about
		learned = append(learned, v.inTx(func(tx *store.Tx) string {
			said, err := v.Desk.Answer(v.Context(), tx, who, bare)
			return told([]any{said.Result, said.Say, said.Facts}, err)
		}))
	}
	for _, verb := range append([]flows.Verb{""}, flows.Verbs...) {
		for _, reply := range replies(verb) {
			if verb != flows.VerbNext && verb != flows.VerbList && verb != flows.VerbOn && verb != flows.VerbOff {
				reply.Code, reply.Typed = v.walled, string(v.walled)
			}
			for _, who.OnScreen = range []bool{false, true} {
				learned = append(learned, v.inTx(func(tx *store.Tx) string {
					said, err := v.Desk.Answer(v.Context(), tx, who, reply)
					return fmt.Sprint(verb, " ", told([]any{said.Result, said.Say, said.Facts}, err))
				}))
			}
		}
	}
	return strings.Join(learned, "\n")
}

// textsIn are texts as thumbs type them. More than a few in a row get silence in both villages.
func textsIn(v village, by ripoti.Contact) string {
	before := len(v.Got(by.ID))
	for _, text := range []string{"1 " + string(v.walled), "7" + string(v.walled), "arrested " + string(v.walled), "LIST", "NEXT", "kabidhi " + string(v.walled)} {
		v.Text(by.ID, text)
	}
	var learned []string
	for _, m := range v.Got(by.ID)[before:] {
		learned = append(learned, m.Text)
	}
	return strings.Join(learned, "\n")
}

// staffAsks are all that the staff line can ask: its lists and counts, the number typed, and everything
// that a screen of the case would offer, with the assignments of the walled report.
func staffAsks(v village, by ripoti.Contact) string {
	contacts, err := v.Desk.StaffContacts(v.Context(), by.Phone)
	if err != nil {
		v.Fatal(err)
	}
	inside := []string{"no such assignment"}
	if r := v.reportOf(); r.ID != "" {
		all, err := v.Store.Assignments(v.Context(), r.ID)
		if err != nil {
			v.Fatal(err)
		}
		inside = nil
		for _, a := range all {
			inside = append(inside, a.ID)
		}
	}
	presses := 0
	press := func(ask flows.StaffAsk) string {
		presses++
		got, err := v.Desk.StaffDo(v.Context(), fmt.Sprint(by.ID, presses, ask.Do, ask.Assignment, v.Clock.Now()), contacts, ask)
		got.At = time.Time{}
		return told(got, err) + got.Notes
	}
	learned := []string{press(flows.StaffAsk{Do: flows.StaffGoHome}), press(flows.StaffAsk{Do: flows.StaffOpen, Number: v.walled}), press(flows.StaffAsk{Do: flows.StaffDuty, On: true}),
		press(flows.StaffAsk{Do: flows.StaffGetClosing, Number: v.walled}), press(flows.StaffAsk{Do: flows.StaffAgree, Number: v.walled, Reply: flows.Reply{Verb: flows.VerbAccept}}),
		press(flows.StaffAsk{Do: flows.StaffGetPair, Number: v.open, Other: v.walled}), press(flows.StaffAsk{Do: flows.StaffLink, Number: v.open, Other: v.walled}),
		press(flows.StaffAsk{Do: flows.StaffUnlink, Number: v.open, Other: v.walled})}
	for _, list := range flows.StaffLists {
		learned = append(learned, press(flows.StaffAsk{Do: flows.StaffGetList, List: list}))
	}
	of := map[string]bool{} // whichever assignment is asked for, there must be one answer
	for _, id := range inside {
		for _, ask := range []flows.StaffAsk{
			{Do: flows.StaffOpen}, {Do: flows.StaffGetNotes, Show: true}, {Do: flows.StaffKinds}, {Do: flows.StaffNearest, Kind: ripoti.Hospital},
			{Do: flows.StaffRefer, Office: "legal-047"}, {Do: flows.StaffConfirm}, {Do: flows.StaffAnswer, Reply: flows.Reply{Verb: flows.VerbAccept}},
			{Do: flows.StaffAnswer, Reply: flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveArrested}},
			{Do: flows.StaffNumber, Why: "first_contact", Show: true}, {Do: flows.StaffGetEnds}, {Do: flows.StaffPropose, End: ripoti.OutcomeSupportOnly, Note: "so she wishes"},
		} {
			ask.Assignment = id
			of[fmt.Sprint(ask.Do, ask.Reply.Verb, " ", press(ask))] = true
		}
	}
	return strings.Join(append(learned, slices.Sorted(maps.Keys(of))...), "\n")
}

func TestInsideTheWallAReportDoesNotExist(t *testing.T) {
	t.Run("that accused from the beginning", func(t *testing.T) { outsideOnly(t, false) })
	t.Run("that accused later", func(t *testing.T) { outsideOnly(t, true) })
}

func outsideOnly(t *testing.T, late bool) {
	with, without := twins(t, late)
	learnNothing(t, with, without, insiders)
	for _, event := range events(t, with.Stage, with.walled) {
		for _, id := range insiders {
			if late {
				break // they were alerted before
			}
			if strings.Contains(event, id) {
				t.Errorf("somebody inside the wall stands in its history: %s", event)
			}
		}
	}
}

// learnNothing asks by every way in, waits, and compares the twins for those inside the wall.
func learnNothing(t *testing.T, with, without village, insiders []string) {
	t.Helper()
	for _, id := range insiders {
		for _, name := range slices.Sorted(maps.Keys(ways)) {
			if ways[name].asked == nil {
				continue
			}
			got := with.same(ways[name].asked(with, contactOf(with.Stage, id)))
			if want := without.same(ways[name].asked(without, contactOf(without.Stage, id))); got != want {
				t.Errorf("%s by %s learns:\n%s\nwhere there is no such report:\n%s", id, name, got, want)
			}
		}
	}
	since, sinceWithout := len(with.Sent), len(without.Sent)
	with.Wait(35 * 24 * time.Hour) // a first weekday of a month, hearings, leases, checks and briefs are among them
	without.Wait(35 * 24 * time.Hour)
	arrived := func(v village, all []stage.SMS, id string) (texts []string) {
		for _, m := range slices.Concat(all, v.Mornings) {
			if m.To == id {
				texts = append(texts, v.same(m.Text))
			}
		}
		return slices.Sorted(slices.Values(texts))
	}
	for _, id := range insiders {
		got, want := arrived(with, with.Sent[since:], id), arrived(without, without.Sent[sinceWithout:], id)
		if !slices.Equal(got, want) {
			t.Errorf("%s gets\n%s\nwhere there is no such report:\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The accused are transferred: the OCS to the station that has the case, the desk officer, under a new
// entry of the directory, to the social workers who care for it. The wall goes with them.
func TestATransferBringsNobodyRoundTheWall(t *testing.T) {
	with, without := twins(t, true)
	account := ripoti.User{ID: store.NewID(), Login: "o.ocs", Role: ripoti.UserOfficer, OfficeID: "station-near"}
	// Of a wall that rose after the account was made.
	if err := with.Store.AddUser(t.Context(), account, store.Credentials{}); err != nil {
		t.Fatal(err)
	}
	second := with.File("second", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	transferred := func(offices []ripoti.Office, contacts []ripoti.Contact) {
		twoPosts(offices, contacts)
		for i, c := range contacts {
			switch c.ID {
			case "station-near.ocs":
				contacts[i].OfficeID, contacts[i].Role = "station-north", ripoti.RoleDesk
			case "station-near.desk":
				contacts[i].ID, contacts[i].OfficeID, contacts[i].Role = "social-047.new", "social-047", ripoti.RoleSocial
			case "coordination-047.coordinator":
				contacts[i].Phone = "+254711000777" // was walled off by the second post of the number; a coordinator of his own now
			}
		}
	}
	// The second report is the first village's alone: nobody has taken it, so it is closed off by its wall only.
	with.Directory(transferred)
	without.Directory(transferred)
	moved := []string{"station-near.ocs", "social-047.new"}
	learnNothing(t, with, without, moved)
	for _, id := range moved {
		by := contactOf(with.Stage, id)
		user := ripoti.User{ID: store.NewID(), Role: ripoti.UserOfficer, OfficeID: by.OfficeID, ContactID: by.ID}
		seen, err := with.Store.Seen(t.Context(), store.ViewOf(user, with.Desk.Live.World().OfficesOf(by.ID)...), store.Wanted{}, "", 50)
		if err != nil || slices.ContainsFunc(seen, func(r store.Row) bool { return r.Code == with.walled || r.Code == second }) {
			t.Errorf("the console shows %s to %s: %v", with.walled, id, err)
		}
		all, err := with.Store.Seen(t.Context(), store.ViewOf(ripoti.User{ID: "x", Role: ripoti.UserOfficer, OfficeID: by.OfficeID}), store.Wanted{}, "", 50)
		if err != nil || !slices.ContainsFunc(all, func(r store.Row) bool { return r.Code == with.walled }) {
			t.Errorf("%s does not have the case at all: the test cannot fail", by.OfficeID)
		}
		if err := with.Store.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Post(t.Context(), store.Message{ID: "to " + id, ReportID: with.reportOf().ID, ContactID: id, Kind: "state", To: by.Phone, Facts: "{}"}, store.Duty{Kind: "send", Queue: "low", Due: with.Clock.Now()})
		}); err != nil {
			t.Fatal(err)
		}
		if _, left, err := with.Store.Claim(t.Context(), "to "+id, "simulator"); err != nil || left {
			t.Errorf("a message to %s leaves: %v", id, err)
		}
	}
	account.OfficeID = "station-north"
	if _, err := with.Store.SeenByCode(t.Context(), store.ViewOf(account), second); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("an account that was posted at the accused station sees it from its new post: %v", err)
	}
}

// areaLists are the lists of an own area, which commanders have.
func areaLists(v village, by ripoti.Contact) string {
	var learned []string
	for _, list := range []flows.StaffList{flows.ListLate, flows.ListOpen} {
		got, err := v.Desk.StaffDo(v.Context(), fmt.Sprint(by.ID, list, v.Clock.Now()), []ripoti.Contact{by}, flows.StaffAsk{Do: flows.StaffGetList, List: list})
		got.At = time.Time{}
		learned = append(learned, told(got, err))
	}
	return strings.Join(learned, "\n")
}

// A commander who is not accused sees no walled case in the lists of the own area either, although a
// station of that area has it (domain brief 4.6).
func TestNoListOfAnAreaShowsAWalledReport(t *testing.T) {
	with, without := twins(t, false)
	for _, id := range []string{"command-north.commander", "station-north.ocs"} {
		if got, want := with.same(areaLists(with, contactOf(with.Stage, id))), without.same(areaLists(without, contactOf(without.Stage, id))); got != want {
			t.Errorf("%s learns:\n%s\nwhere there is no such report:\n%s", id, got, want)
		}
	}
	plain := with.File("plain", ripoti.StageComplete, stage.Report(nil))
	if !strings.Contains(areaLists(with, contactOf(with.Stage, "command-west.commander")), string(plain)) {
		t.Error("no list of an area shows anything: the test cannot fail")
	}
}

func TestEveryWayInIsLookedAt(t *testing.T) {
	desk := reflect.TypeFor[*casework.Desk]()
	for i := range desk.NumMethod() {
		name := desk.Method(i).Name
		if w, ok := ways[name]; !ok || w.asked == nil && w.none == "" {
			t.Errorf("Desk.%s is a way in: say in ways how the wall stands before it", name)
		}
	}
	for name := range ways {
		if _, ok := desk.MethodByName(name); !ok {
			t.Errorf("there is no Desk.%s", name)
		}
	}
	// Everything the staff line can ask stands in its source; the acts of a PIN know of no case.
	source, err := os.ReadFile("../../flows/staff.go")
	if err != nil {
		t.Fatal(err)
	}
	test, err := os.ReadFile("wall_test.go")
	if err != nil {
		t.Fatal(err)
	}
	ofPIN := []string{"StaffNothing", "StaffLogin", "StaffRedeem", "StaffSetPIN"}
	found := regexp.MustCompile(`(?m)^\t(Staff\w+)\s+StaffDo = `).FindAllStringSubmatch(string(source), -1)
	if len(found) < 10 {
		t.Fatalf("the acts of the staff line are not found: %v", found)
	}
	for _, act := range found {
		if !slices.Contains(ofPIN, act[1]) && !strings.Contains(string(test), "flows."+act[1]) {
			t.Errorf("nobody inside the wall tries flows.%s", act[1])
		}
	}
	// So do the moves.
	moves, err := os.ReadFile("../ripoti/case.go")
	if err != nil {
		t.Fatal(err)
	}
	never := []string{"MoveReached", "MoveUnreached"} // told by the answer to a check
	for _, move := range regexp.MustCompile(`(?m)^\t(Move\w+)\s+Move = `).FindAllStringSubmatch(string(moves), -1) {
		if !slices.Contains(never, move[1]) && !strings.Contains(string(test), "ripoti."+move[1]) {
			t.Errorf("nobody inside the wall tells ripoti.%s", move[1])
		}
	}
}
