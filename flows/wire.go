package flows

import "errors"

// Append writes the state in its compact, versioned form behind dst.
func (s State) Append(dst []byte) []byte { return dst }

// Parse reads what Append wrote. An unknown version or a damaged state is an error: the host then
// replays the conversation from what the gateway sends.
func Parse(b []byte) (State, error) { return State{}, errors.New("flows: not yet") }
