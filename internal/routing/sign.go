package routing

// Sign is something read out of a text that no key of the menu says (domain brief 4.2 and 6.2).
// Rules ask for it under "signs".
type Sign string

const (
	SignNow          Sign = "now"           // screaming, dying, right now
	SignInjury       Sign = "injury"        // hurt, not gravely
	SignGraveInjury  Sign = "grave_injury"  // bleeding, unconscious, burnt
	SignBeaten       Sign = "beaten"        // beaten repeatedly
	SignNewborn      Sign = "newborn_left"  // a newborn left somewhere
	SignSuicide      Sign = "suicide"       // words of suicide
	SignWeapon       Sign = "weapon"        //
	SignDeathThreat  Sign = "death_threat"  //
	SignMissing      Sign = "missing"       // missing for up to 72 hours
	SignAbducted     Sign = "abducted"      //
	SignLockedIn     Sign = "locked_in"     //
	SignBeingMoved   Sign = "being_moved"   //
	SignWithin48h    Sign = "within_48h"    // a cutting or a wedding within two days
	SignAbandoned    Sign = "abandoned"     //
	SignNoFood       Sign = "no_food"       // without food now
	SignSettlement   Sign = "settlement"    // pressed to settle or to withdraw
	SignBribe        Sign = "bribe"         // money asked by an official
	SignReleased     Sign = "released"      // the suspect was let go
	SignAboutToFlee  Sign = "about_to_flee" //
	SignHeldUnlawful Sign = "unlawfully_held"
	SignChildHint    Sign = "child_hint" // a child and somebody in words that say no harm yet
	SignQuestion     Sign = "question"   // a question or information, no harm told
	SignThanks       Sign = "thanks"
)

// Signs are all signs.
var Signs = []Sign{
	SignNow, SignInjury, SignGraveInjury, SignBeaten, SignNewborn, SignSuicide, SignWeapon, SignDeathThreat,
	SignMissing, SignAbducted, SignLockedIn, SignBeingMoved, SignWithin48h, SignAbandoned, SignNoFood,
	SignSettlement, SignBribe, SignReleased, SignAboutToFlee, SignHeldUnlawful, SignChildHint, SignQuestion, SignThanks,
}
