package console_test

import (
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// The story of the room: an officer moves. The coordinator finds her, sees what is handed over and to whom,
// transfers her, writes down her new number, has it verified by its code, and reads all of it in the history.
func TestAnOfficerMovesInABrowser(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	h.Text("station-near.desk", "1 "+string(code))
	secret := h.user(tuner)
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, tuner.Login, secret)
	b.Do(click("nav a[href='/console/directory']"))
	b.Until("h1", "Directory")
	looked(b, "console-directory")
	b.Do(fill("[name=text]", "near.desk\r"))
	b.Until("main", "Offices: 1")
	b.Do(click("tbody th a"))
	b.Until("h1", "Sample station-near")
	looked(b, "console-office")
	b.Do(click("tbody th a[href$='station-near.desk']"))
	b.Until("h1", "station-near.desk")
	b.Do(click("a[href$='/transfer']"))
	b.Until("h1", "Transfer")
	b.Do(fill("[name=to]", "station-far\r"))
	b.Until("main", "Cases that are handed over")
	b.Until("tbody", code.Spaced())
	b.Until("tbody", "station-near.duty, duty officer")
	looked(b, "console-transfer")
	b.Do(click("form[method=post][action$='/transfer'] button"))
	b.Until(".flash", "Transferred.")
	h.Work()
	b.Do(click("a[href$='/edit']"))
	b.Until("main", "The whole number is shown here only")
	put(b, "phone", "0711 000")
	b.Do(click("form.narrow button"))
	b.Until(".wrong", "is no number that can be called")
	looked(b, "console-contact-form")
	put(b, "phone", "0711 000 556")
	b.Do(click("form.narrow button"))
	b.Until("h1", "number to verify")
	b.Do(click("form[action$='/ask'] button"))
	b.Until(".flash", "The code is on its way")
	h.Work()
	got := h.Got("station-near.desk")
	sent := regexp.MustCompile(`\b\d{6}\b`).FindString(got[len(got)-1].Text)
	b.Do(fill("[name=code]", sent+"\r"))
	b.Until(".flash", "The number is verified")
	b.Until("#history + .history", "by a code")
	b.Until("#history + .history", "Sample station-near → Sample station-far")
	looked(b, "console-contact")
	b.Do(chromedp.Navigate(h.url + "/console/directory/offices/station-far/edit"))
	looked(b, "console-office-form")
	b.Do(chromedp.Navigate(h.url + "/console/directory/offices/station-near/close"))
	looked(b, "console-office-close")
	if !contactIn(h, "station-near.desk").Answerable() {
		t.Error("the new number is not told anything")
	}
}

// The Tab key alone finds an office and changes it.
func TestTheDirectoryNeedsNoMouse(t *testing.T) {
	h := open(t)
	secret := h.user(tuner)
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, tuner.Login, secret)
	b.Do(chromedp.Navigate(h.url + "/console/directory"))
	tabTo(b, "[name=text]")
	b.Do(chromedp.KeyEvent("station-near\r"))
	b.Do(chromedp.WaitVisible(chromedp.CSS("tbody tr:only-child th a"))) // the list before it has more of them
	tabTo(b, "tbody th a")
	b.Do(chromedp.KeyEvent("\r"))
	b.Until("h1", "Sample station-near")
	tabTo(b, "a[href$='/edit']")
	b.Do(chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS("[name=hours]")))
	tabTo(b, "[name=hours]")
	b.Do(chromedp.KeyEvent("08:00-17:00\r")) // the field is chosen whole
	b.Until(".flash", "The office is saved.")
	b.Until("#history + .history", "24h → 08:00-17:00")
}

func click(css string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(css)) }

// A coordinator writes down who has the night: a wrong time is told at its field, and the week then shows both
// the night and the hours that nobody has.
func TestANightShiftIsWrittenDownInABrowser(t *testing.T) {
	h := open(t)
	secret := h.user(tuner)
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, tuner.Login, secret)
	b.Do(chromedp.Navigate(h.url + "/console/directory/offices/station-near"))
	b.Do(click("a[href$='/shifts']"))
	b.Until("main", "There is no roster")
	put(b, "contact", "station-near.duty")
	put(b, "days", "daily")
	put(b, "from", "18:00")
	put(b, "to", "6 in the morning")
	b.Do(click("main form button"))
	b.Until(".wrong", "must be a time such as 08:00")
	looked(b, "console-shifts-wrong")
	put(b, "to", "06:00")
	b.Do(click("main form button"))
	b.Until(".flash", "The roster is saved.")
	b.Until(".week", "18:00–24:00 station-near.duty")
	b.Until(".week li.empty", "06:00–18:00 nobody")
	looked(b, "console-shifts")
}
