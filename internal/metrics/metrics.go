// Package metrics counts what operators must see: how many presses and how fast, how long until
// somebody is alerted and until somebody accepts, what waits in the queues, what became of messages.
//
// Labels are words of a fixed list, so that no number, place or text can ever become one.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcome is what became of a press.
type Outcome string

const (
	Answered   Outcome = "answered"   // the next screen
	Repeated   Outcome = "repeated"   // the same press again: the same answer
	Late       Outcome = "late"       // out of order: the current screen, nothing changed
	Replayed   Outcome = "replayed"   // the dialogue was lost and rebuilt from the whole input
	Redialled  Outcome = "redialled"  // a new call that offers to go on with the cut one
	Unsaved    Outcome = "unsaved"    // the database did not take the report in time; the caller was told so
	Limited    Outcome = "limited"    // too many calls: the free help numbers
	Busy       Outcome = "busy"       // the press before is still being worked on
	Unreadable Outcome = "unreadable" // no form, no session or no phone
	Refused    Outcome = "refused"    // wrong secret, signature or address
	Panicked   Outcome = "panicked"   // a mistake of ours; the caller got a sentence all the same
)

// Outcomes are all of them.
var Outcomes = []Outcome{Answered, Repeated, Late, Replayed, Redialled, Unsaved, Limited, Busy, Unreadable, Refused, Panicked}

// End is how a dialogue ended.
type End string

const (
	EndedFiled   End = "filed"   // a report was saved while the caller was on the line
	EndedLeft    End = "left"    // the caller left or only looked; nothing was filed
	EndedCut     End = "cut"     // the line was cut and what was said is too little to file
	EndedRescued End = "rescued" // the line was cut and what was said was filed
)

// Ends are all of them.
var Ends = []End{EndedFiled, EndedLeft, EndedCut, EndedRescued}

// Metrics holds the collectors of a process. A nil *Metrics counts nothing and is safe to use.
type Metrics struct {
	presses  map[Outcome]prometheus.Counter
	press    prometheus.Histogram
	ends     map[End]prometheus.Counter
	storeErr prometheus.Counter
	deskErr  *prometheus.CounterVec
	hooks    *prometheus.CounterVec
	reports  *prometheus.CounterVec
	alert    *prometheus.HistogramVec
	accept   *prometheus.HistogramVec
	messages *prometheus.CounterVec
	unknown  prometheus.Gauge
	depth    *prometheus.GaugeVec
	age      *prometheus.GaugeVec
	rescues  *prometheus.CounterVec
	segments *prometheus.CounterVec
	cost     *prometheus.CounterVec
	balance  *prometheus.GaugeVec
	passed   *prometheus.GaugeVec
	bundled  prometheus.Counter
	pulled   *prometheus.CounterVec
	texts    *prometheus.CounterVec
	unread   prometheus.Gauge
}

// New makes the collectors and registers them; it panics where one is registered twice, which is a
// mistake in the caller's wiring.
func New(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		press: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ripoti_ussd_press_seconds", Help: "Time from a press read to its answer written.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2, 3}}),
		storeErr: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ripoti_ussd_store_errors_total", Help: "Presses that went on without the dialogue store."}),
		deskErr:  counters("ripoti_ussd_desk_errors_total", "What the database did not take for a dialogue, by what was asked.", "do"),
		hooks:    counters("ripoti_hooks_total", "Requests of gateways other than presses.", "hook", "result"),
		reports:  counters("ripoti_reports_total", "Saved reports.", "category", "urgency", "channel", "stage"),
		alert:    waits("ripoti_alert_seconds", "Time from a saved report to its first alert handed to a provider."),
		accept:   waits("ripoti_accept_seconds", "Time from a saved report to its acceptance."),
		messages: counters("ripoti_sms_total", "Messages by where they stand.", "provider", "status"),
		unknown: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ripoti_sms_unknown", Help: "Messages whose outcome is unknown for more than ten minutes: look into it."}),
		depth:    gauges("ripoti_queue_depth", "Tasks that wait.", "queue"),
		age:      gauges("ripoti_queue_age_seconds", "Age of the oldest task that waits.", "queue"),
		rescues:  counters("ripoti_sweep_rescues_total", "Work the sweep found that the queue had lost.", "kind"),
		segments: counters("ripoti_sms_segments_total", "Segments of messages that providers took: what is billed.", "provider"),
		cost:     counters("ripoti_sms_cost_total", "What messages cost, in units of the currency, as providers tell it.", "provider", "currency"),
		balance:  gauges("ripoti_sms_balance", "What is left on the account, in units of the currency.", "provider", "currency"),
		passed:   gauges("ripoti_sms_passed_over", "1 while messages go by another provider, by why.", "provider", "why"),
		bundled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ripoti_sms_bundled_total", Help: "Messages that left in another one."}),
		pulled: counters("ripoti_sms_pulled_total", "Texts that only the provider's list had: its hook did not reach us.", "provider"),
		texts:  counters("ripoti_texts_total", "What is worth a look about received texts: capped and silenced numbers, senders that are no phone, reminders of unread ones, readings confirmed.", "what"),
		unread: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ripoti_readings_overdue", Help: "Texts that a machine has read and a person should have read by now."}),
	}
	presses := counters("ripoti_ussd_presses_total", "Presses by what became of them.", "outcome")
	ends := counters("ripoti_ussd_dialogues_total", "Dialogues by how they ended.", "end")
	m.presses, m.ends = byLabel(presses, Outcomes), byLabel(ends, Ends)
	reg.MustRegister(presses, ends, m.press, m.storeErr, m.deskErr, m.hooks, m.reports, m.alert, m.accept, m.messages, m.unknown, m.depth, m.age, m.rescues,
		m.segments, m.cost, m.balance, m.passed, m.bundled, m.pulled, m.texts, m.unread)
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

// waits is a histogram by urgency that resolves both the promised 60 ms and a night without an answer.
func waits(name, help string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help,
		Buckets: []float64{.02, .06, .1, .25, 1, 5, 30, 60, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600}}, []string{"urgency"})
}

// byLabel looks every counter up once, so that a press allocates nothing to be counted.
func byLabel[L ~string](vec *prometheus.CounterVec, labels []L) map[L]prometheus.Counter {
	all := make(map[L]prometheus.Counter, len(labels))
	for _, label := range labels {
		all[label] = vec.WithLabelValues(string(label))
	}
	return all
}

// Press counts one press of a phone and how long its answer took.
func (m *Metrics) Press(o Outcome, took time.Duration) {
	if m == nil {
		return
	}
	if c, ok := m.presses[o]; ok {
		c.Inc()
	}
	m.press.Observe(took.Seconds())
}

// Dialogue counts a dialogue's end.
func (m *Metrics) Dialogue(e End) {
	if m == nil {
		return
	}
	if c, ok := m.ends[e]; ok {
		c.Inc()
	}
}

// StoreFailed counts a press that had to do without the dialogue store.
func (m *Metrics) StoreFailed() {
	if m != nil {
		m.storeErr.Inc()
	}
}

// DeskFailed counts what the database did not take: "file", "add", "hold" or "drop".
func (m *Metrics) DeskFailed(do string) {
	if m != nil {
		m.deskErr.WithLabelValues(do).Inc()
	}
}

// Hook counts a request of a gateway: hook "twilio_sms", result "accepted", "refused", "unreadable",
// "failed".
func (m *Metrics) Hook(hook, result string) {
	if m != nil {
		m.hooks.WithLabelValues(hook, result).Inc()
	}
}

// Report counts a saved report by its codes.
func (m *Metrics) Report(category, urgency, channel, stage string) {
	if m != nil {
		m.reports.WithLabelValues(category, urgency, channel, stage).Inc()
	}
}

// Alerted tells how long after its report was saved the first alert was handed to a provider.
func (m *Metrics) Alerted(urgency string, after time.Duration) {
	if m != nil {
		m.alert.WithLabelValues(urgency).Observe(after.Seconds())
	}
}

// Accepted tells how long after it was saved a report was accepted.
func (m *Metrics) Accepted(urgency string, after time.Duration) {
	if m != nil {
		m.accept.WithLabelValues(urgency).Observe(after.Seconds())
	}
}

// Message counts a message that has come to a status.
func (m *Metrics) Message(provider, status string) {
	if m != nil {
		m.messages.WithLabelValues(provider, status).Inc()
	}
}

// Unknown sets how many messages have had no known outcome for more than ten minutes.
func (m *Metrics) Unknown(n int) {
	if m != nil {
		m.unknown.Set(float64(n))
	}
}

// Queue sets how many tasks wait in a queue and for how long the oldest has.
func (m *Metrics) Queue(name string, depth int, oldest time.Duration) {
	if m != nil {
		m.depth.WithLabelValues(name).Set(float64(depth))
		m.age.WithLabelValues(name).Set(oldest.Seconds())
	}
}

// Rescued counts work that the sweep found: "route", "alert", "timer".
func (m *Metrics) Rescued(kind string, n int) {
	if m != nil {
		m.rescues.WithLabelValues(kind).Add(float64(n))
	}
}

// Segments counts what a provider will bill a message as.
func (m *Metrics) Segments(provider string, n int) {
	if m != nil {
		m.segments.WithLabelValues(provider).Add(float64(n))
	}
}

// Cost counts what a message cost, in units of a currency; nothing where that is not known.
func (m *Metrics) Cost(provider, currency string, units float64) {
	if m != nil && currency != "" {
		m.cost.WithLabelValues(provider, currency).Add(max(units, 0))
	}
}

// Balance sets what is left on a provider's account, in units of a currency.
func (m *Metrics) Balance(provider, currency string, units float64) {
	if m != nil {
		m.balance.WithLabelValues(provider, currency).Set(units)
	}
}

// PassedOver sets why a provider is passed over: "errors", "no_receipt", or "" where it is not.
func (m *Metrics) PassedOver(provider, why string) {
	if m == nil {
		return
	}
	for _, w := range []string{"errors", "no_receipt"} {
		value := 0.0
		if w == why {
			value = 1
		}
		m.passed.WithLabelValues(provider, w).Set(value)
	}
}

// Bundled counts messages that leave in another one.
func (m *Metrics) Bundled(n int) {
	if m != nil {
		m.bundled.Add(float64(n))
	}
}

// Pulled counts texts that came by a provider's list alone.
func (m *Metrics) Pulled(provider string, n int) {
	if m != nil {
		m.pulled.WithLabelValues(provider).Add(float64(n))
	}
}

// Text counts something about received texts: "capped", "silenced", "no_phone", "unread", "confirmed".
func (m *Metrics) Text(what string) {
	if m != nil {
		m.texts.WithLabelValues(what).Inc()
	}
}

// Overdue sets how many readings of a machine a person should have confirmed by now.
func (m *Metrics) Overdue(n int) {
	if m != nil {
		m.unread.Set(float64(n))
	}
}
