package webhook

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
)

// record is what is kept of a phone's call between two presses. It is sealed before it leaves the
// process. Of a call that ended only what answers a repeat of its last press is kept.
type record struct {
	Session  string       // the gateway and its name for the call
	Before   string       // the call before this one: its late presses change nothing
	Heard    string       // the input that was taken so far, as the gateway sent it
	Answer   []byte       // the last answer, byte for byte
	Phone    ripoti.Phone // to file with, should the line be cut
	State    []byte       // flows.State; empty once the call has ended
	Began    time.Time
	Pressed  time.Time // the last press that was taken
	Said     time.Time // the last press that was part of the conversation itself: decides on a redial
	Steps    uint64
	Filed    bool // a report was saved while the caller was on the line
	Ended    bool // END was shown
	Hung     bool // the line is known to be cut
	Limit    int64
	OwedDo   flows.Do // what the database still has to be told, "" for nothing
	OwedText []byte   // its Filing, as JSON
}

// recordVersion goes up when the fields below change; a record of another version is as good as lost
// and the call is replayed.
const recordVersion = 1

const (
	recordFiled = 1 << iota
	recordEnded
	recordHung
)

var errRecord = errors.New("unreadable record")

// append writes r behind dst.
func (r *record) append(dst []byte) []byte {
	dst = append(dst, recordVersion, flag(r.Filed, recordFiled)|flag(r.Ended, recordEnded)|flag(r.Hung, recordHung))
	for _, field := range [...]string{r.Session, r.Before, r.Heard, string(r.Phone), string(r.OwedDo)} {
		dst = binary.AppendUvarint(dst, uint64(len(field)))
		dst = append(dst, field...)
	}
	for _, field := range [...][]byte{r.Answer, r.State, r.OwedText} {
		dst = binary.AppendUvarint(dst, uint64(len(field)))
		dst = append(dst, field...)
	}
	for _, at := range [...]time.Time{r.Began, r.Pressed, r.Said} {
		dst = binary.AppendVarint(dst, at.UnixMilli())
	}
	dst = binary.AppendUvarint(dst, r.Steps)
	return binary.AppendVarint(dst, r.Limit)
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

// parseRecord reads what append wrote. Its slices lie in b.
func parseRecord(b []byte) (record, error) {
	if len(b) < 2 || b[0] != recordVersion {
		return record{}, errRecord
	}
	flags := b[1]
	r := record{Filed: flags&recordFiled != 0, Ended: flags&recordEnded != 0, Hung: flags&recordHung != 0}
	f := fields{rest: b[2:]}
	r.Session, r.Before, r.Heard = string(f.bytes()), string(f.bytes()), string(f.bytes())
	r.Phone, r.OwedDo = ripoti.Phone(f.bytes()), flows.Do(f.bytes())
	r.Answer, r.State, r.OwedText = f.bytes(), f.bytes(), f.bytes()
	r.Began, r.Pressed, r.Said = f.time(), f.time(), f.time()
	r.Steps, r.Limit = f.uvarint(), f.varint()
	if f.bad || len(f.rest) > 0 {
		return record{}, errRecord
	}
	return r, nil
}

// fields reads one field after the other and remembers the first that is not there.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) bytes() []byte {
	n := f.uvarint()
	if f.bad || n > uint64(len(f.rest)) {
		f.bad = true
		return nil
	}
	field := f.rest[:n:n]
	f.rest = f.rest[n:]
	return field
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.rest)
	f.skip(n)
	return v
}

func (f *fields) varint() int64 {
	v, n := binary.Varint(f.rest)
	f.skip(n)
	return v
}

func (f *fields) time() time.Time {
	ms := f.varint()
	if ms > math.MaxInt64/2 || ms < math.MinInt64/2 {
		f.bad = true
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (f *fields) skip(n int) {
	if n <= 0 {
		f.bad, f.rest = true, nil
		return
	}
	f.rest = f.rest[n:]
}
