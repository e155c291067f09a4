package ripoti

import (
	"errors"
	"fmt"
)

// ErrorCode says what kind of trouble it is; anything without a code is internal.
type ErrorCode string

const (
	CodeInvalid   ErrorCode = "invalid"
	CodeNotFound  ErrorCode = "not_found"
	CodeConflict  ErrorCode = "conflict"
	CodeForbidden ErrorCode = "forbidden"
)

// Error is a code for the program, a key in the catalogues for people and a cause for the log.
type Error struct {
	Code ErrorCode
	Key  string
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s (%s)", e.Key, e.Code)
	}
	return fmt.Sprintf("%s (%s): %v", e.Key, e.Code, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Invalid is bad input: the sentence behind key says what to do instead.
func Invalid(key string, err error) error { return &Error{CodeInvalid, key, err} }

// NotFound is a thing that does not exist, or that the asker may not know to exist.
func NotFound(key string, err error) error { return &Error{CodeNotFound, key, err} }

// Conflict is a request that came too late or twice.
func Conflict(key string, err error) error { return &Error{CodeConflict, key, err} }

// Forbidden is a request by somebody who may not.
func Forbidden(key string, err error) error { return &Error{CodeForbidden, key, err} }

// CodeOf is err's code, or "" where it has none and so is internal.
func CodeOf(err error) ErrorCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// KeyOf is the catalogue key of err's sentence, or "" where it has none.
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}
