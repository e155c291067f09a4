package casework

import "time"

// Every time that casework keeps, in one table, each with where it comes from. "Domain brief" names the
// section that asks for it; "ours" is a choice that no source makes, with its reason. The times of an
// urgency (read, accept, act, the ladder) are not here: they belong to the rules, which coordinators may
// tune within bounds (internal/routing). What is asked when, check by check, is the timetable; how long a
// flag or a referral waits stands in its row of flagRules and referralTable, in these words. Hours of the
// day are of Nairobi.

// Day is how checks and retention are counted.
const Day = 24 * time.Hour

// The day's work.
const (
	briefHour, briefMinute = 6, 30                     // the morning brief, before parade: domain brief 5
	briefUntil             = 3*time.Hour + time.Hour/2 // how late it may leave; ours: then the parade is over and the figures mislead
	briefBack              = 4 * Day                   // how far "new" reaches back where mornings were missed; ours: a long weekend
	openTooLong            = 30 * Day                  // "open over 30 days" of a commander's brief: domain brief 7.3 B2
	paradeOnce             = time.Hour                 // before the brief, in which a number has had its line; ours: one a morning

	nightFrom, nightTo = 21, 6 // what can wait waits, and leaves at its end: domain brief 5, night rule
	readHour           = 8     // by when a night's medium and low are read: domain brief 5

	dayBegins, dayEnds = 7, 20 // in which holders are asked how a case goes; ours: no question rings at night that can wait
	hearingHour        = 7     // when the day of a hearing begins; ours: an hour before courts open

	newsFrom, newsTo = 8, 18 // in which a reporter is written to unasked: safe times, domain brief 3.8

	pingDays   = 5              // the first weekdays of a month, on which numbers are tested: monthly, domain brief 5
	pingOpens  = 9              // the hour from which; ours
	pingHours  = 3              // and for how many; ours: no morning is full of them
	PongWithin = 48 * time.Hour // how long an answer counts; ours: who was off duty answers the next day
	darkAfter  = 2              // months in a row without an answer make a station dark: "two failed pings", domain brief 5
	reroute    = time.Minute    // until every process knows that it is dark; ours

	purgeHour, purgeMinute = 2, 30            // the nightly purge: domain brief 2 (retention); the hour is ours
	purgeSpell             = 10 * time.Second // of one go; ours: then others go first
)

// A case.
const (
	followUp1 = Day      // the follow-up clock: 24 hours, domain brief 5
	followUp2 = 3 * Day  // 72 hours: domain brief 5
	followUp3 = 7 * Day  // 7 days: domain brief 5
	followUp4 = 30 * Day // 30 days, and every 30 days from then on: domain brief 5

	fled1 = 7 * Day  // a suspect fled: 7 days, domain brief 5
	fled2 = 14 * Day // 14 days: domain brief 5
	fled3 = 30 * Day // 30 days, then monthly: domain brief 5

	askAgain  = Day            // until a question is asked again, and until silence is overdue; ours: a day each
	aboutToBe = 12 * time.Hour // how long before its time a check may be answered; ours: half a day
	mostTries = 3              // tries in vain that bring a check back before the coordinator hears: three tries, domain brief 5
	hearingIn = 15 * time.Hour // the word before a hearing; ours: the afternoon before
	triesOver = 7 * Day        // "cannot locate": three tries over 7 days, domain brief 5
	oneTry    = time.Hour      // several tries in it are one; ours: three calls in five minutes are no three tries

	pepLimit    = 72 * time.Hour // HIV prevention helps within it: domain brief 2
	pepRest     = 4 * time.Hour  // after the alert said the same, before it is asked first; ours
	pepFirst    = 24 * time.Hour // before its end it is asked; ours: there is a day left to go
	pepLast     = 6 * time.Hour  // and once more; ours: there is time left to reach a hospital
	pepHospital = 2 * time.Hour  // for a hospital to answer a referral while it runs; ours

	closingAgain = Day     // until those who may agree to a closing are reminded; ours, as of flags
	closingLate  = 3 * Day // until coordinators and director hear of it too, and every how long again; ours, as of flags

	flagSettlement = 3 * Day       // until coordinators are told again of a flag that nobody settled; ours: the prosecutors' liaison was told too
	flagUnsafe     = 4 * time.Hour // somebody feels less safe: the time to act of high, domain brief 5
	flagOther      = Day           // any other; ours: each working day

	referUrgent = 4 * time.Hour // for a shelter to answer: a bed tonight; the time to act of high, domain brief 5
	referSoon   = Day           // for other offices: the time to act of medium, domain brief 5
	referLegal  = 3 * Day       // for a lawyer: the time to act of low, domain brief 5

	longestAway = 4 * Day          // nobody waits longer for a holder who is not there; ours: a long weekend, not a leave
	workStep    = 15 * time.Minute // how finely hours of work are counted; ours
	longestMark = 12 * time.Hour   // "on duty" or "off" holds at most; ours: a shift

	unsureFor     = 10 * time.Minute // a message of unknown outcome, before a person looks; ours: it was repeated after a minute
	nobodyAgain   = time.Minute      // several parts of a report found nobody at once: one alarm; ours
	gatherUpdates = 20 * time.Second // later answers of a call are told in one message: domain brief 4.3; the time is ours

	sameEventApart = Day // between two reports of one event; domain brief 4.2 and 3.13 ask for merging by hand, the time is ours

	shortestDrill = 15 * time.Minute // ours: an alert and its reminder
	longestDrill  = 12 * time.Hour   // ours: a shift
)

// A reporter.
const (
	holdFor     = 75 * time.Second // a danger that was said waits so long for the rest of the call: a gateway ends idle ones after 60 s
	keepDropped = time.Hour        // and what was taken back is remembered so long; ours: longer than any call

	howAfter = 7 * Day // after it was taken up a reporter is asked how things are, R5: the 7 days of domain brief 5
	howWaits = 7 * Day // how long the answer is taken for one; ours

	wrongDay      = Day // in which a phone may try some wrong numbers; ours
	mostWrongADay = 9   // so many wrong numbers; ours: three calls of three tries

	chaseAgain  = 6 * time.Hour    // "nothing has been done" is told again to the same people; ours
	dangerAgain = 10 * time.Minute // "less safe" with danger now: the time to accept of critical, domain brief 5
	gatherNotes = 20 * time.Second // what is typed in one call is told once; ours, as of updates
	informAgain = time.Hour        // what is added again and again; ours: once an hour, with its number

	openFor = 15 * time.Minute // a number is shown: for one call and another try; ours

	talkDay       = Day              // a talk by text takes more to the same report; ours
	partsWithin   = 30 * time.Second // the parts of one long text come; ours: gateways deliver them one by one
	sameWithin    = 5 * time.Minute  // the same words are the same text, sent again; ours
	answersWait   = 2 * time.Minute  // a report waits for the answers it asked for; ours: high is read within 15
	answersAnHour = 6                // automatic answers to one number; ours: enough for a talk, too few for a loop
	cappedAgain   = time.Hour        // and the coordinators hear of it once; ours
	mediaAgain    = Day              // who sent pictures is not told again that they do not arrive; ours
)

// A contact.
const (
	codeValid = 30 * time.Minute // the one-time code that lets a PIN be chosen; ours
	codeTries = 5                // wrong ones that void it; ours
	pinTries  = 3                // wrong ones in a row that lock a PIN: domain brief 7.2
	keepActs  = time.Hour        // a press of the staff line is known again; ours: far longer than any call

	numberCodeValid = Day             // the code that proves a number; ours: it may lie at the station
	numberCodeAgain = 2 * time.Minute // a number is left alone after one; ours
	numberCodeTries = 5               // wrong ones that void it; ours
)
