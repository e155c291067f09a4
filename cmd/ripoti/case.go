package main

// caseCommand works on a case by its number, a file for what belongs together.
type caseCommand struct {
	Show      caseShow      `cmd:"" help:"Show how a case stands: what was told, flags, checks; never the story."`
	Propose   casePropose   `cmd:"" help:"Propose to close a case with an outcome."`
	Agree     caseAgree     `cmd:"" help:"Agree to the closing that was proposed."`
	Refuse    caseRefuse    `cmd:"" help:"Do not agree to it: the case goes on."`
	Reopen    caseReopen    `cmd:"" help:"Open a closed case again."`
	Move      caseMove      `cmd:"" help:"Take a case away from the officer who has it; another office gets it."`
	Flags     caseFlags     `cmd:"" help:"List the red flags that stand, the oldest first."`
	Settle    caseSettle    `cmd:"" help:"Settle a red flag."`
	Refer     caseRefer     `cmd:"" help:"Refer a case to another office: a hospital, a shelter, a lawyer."`
	Referrals caseReferrals `cmd:"" help:"List a case's referrals and what came of them."`
	Revoke    caseRevoke    `cmd:"" help:"Take a referral back."`
}
