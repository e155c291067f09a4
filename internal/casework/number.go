package casework

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"ripoti/flows"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// A number is alerted only once it is proven: a code goes to it, and comes back by text from it, or by the
// mouth of who read it there (domain brief 5: numbers are tested by an answer).

// numberCodeDigits are few enough to be read out over a bad line.
const numberCodeDigits = 6

// AskNumber sends a contact's number a code. One that was sent before is void.
func (d *Desk) AskNumber(ctx context.Context, by Keeper, contactID string) error {
	c, err := d.Store.ContactByID(ctx, contactID)
	switch {
	case err != nil:
		return fmt.Errorf("ask number: %w", err)
	case !d.keepsContact(by, c):
		return fmt.Errorf("ask number: %w", notYours)
	case !c.Active:
		return fmt.Errorf("ask number: %w", ripoti.Conflict("directory.no_service", nil))
	case c.Stopped:
		return fmt.Errorf("ask number: %w", ripoti.Conflict("directory.stopped", nil))
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("ask number: %w", err)
	}
	code := fmt.Sprintf("%0*d", numberCodeDigits, n)
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		before, err := tx.NumberCheck(ctx, contactID)
		if err != nil {
			return err
		}
		if d.Now().Sub(before.AskedAt) < numberCodeAgain {
			return ripoti.Conflict("directory.asked_just_now", nil)
		}
		check := store.NumberCheck{ContactID: contactID, NumberHash: tx.PhoneHash(c.Phone), CodeHash: d.Store.NumberCheckHashes(c.Phone, code)[0],
			AskedBy: by.Actor, AskedAt: d.Now(), Until: d.Now().Add(numberCodeValid)}
		if err := tx.SaveNumberCheck(ctx, check); err != nil {
			return err
		}
		if err := tx.Note(ctx, "number_asked", by.Actor, line{"contact": contactID, "office": c.OfficeID}.String()); err != nil {
			return err
		}
		return d.post(ctx, tx, c, flows.SayProve, flows.Facts{OneTime: code}, about{}, tasks.Critical, d.Now())
	})
	if err != nil {
		return fmt.Errorf("ask number: %w", err)
	}
	d.Wake()
	return nil
}

// ProveNumber takes the code of a contact's number as it was told to a coordinator. A wrong one is invalid.
func (d *Desk) ProveNumber(ctx context.Context, by Keeper, contactID, code string) error {
	c, err := d.Store.ContactByID(ctx, contactID)
	if err != nil {
		return fmt.Errorf("prove number: %w", err)
	}
	if !d.keepsContact(by, c) {
		return fmt.Errorf("prove number: %w", notYours)
	}
	right := false
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldDirectory(ctx); err != nil { // before the check, as whoever writes both
			return err
		}
		right, err = d.proves(ctx, tx, c, digits(code))
		if err != nil || !right {
			return err
		}
		return d.proven(ctx, tx, by.Actor, c)
	})
	switch {
	case err != nil:
		return fmt.Errorf("prove number: %w", err)
	case !right:
		return ripoti.Invalid("directory.wrong_code", nil)
	}
	return d.Live.Refresh(ctx)
}

func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.TrimSpace(typed))
}

// proves compares a code with the one that was sent, and counts the wrong ones.
func (d *Desk) proves(ctx context.Context, tx *store.Tx, c ripoti.Contact, code string) (bool, error) {
	check, err := tx.NumberCheck(ctx, c.ID)
	if err != nil || check.CodeHash == "" || !d.Now().Before(check.Until) {
		return false, err
	}
	right := 0
	for _, hash := range d.Store.NumberCheckHashes(c.Phone, code) { // of this number: a code for another one fits not
		right |= subtle.ConstantTimeCompare([]byte(hash), []byte(check.CodeHash))
	}
	if right == 1 {
		return true, nil
	}
	if check.Tries++; check.Tries >= numberCodeTries {
		return false, errors.Join(tx.EndNumberCheck(ctx, c.ID), tx.Note(ctx, "number_code_void", "system", line{"contact": c.ID}.String()))
	}
	return false, tx.SaveNumberCheck(ctx, check)
}

// proven makes a number usable: every contact in service who has it, wherever that is.
func (d *Desk) proven(ctx context.Context, tx *store.Tx, by string, c ripoti.Contact) error {
	_, err := ChangeDirectory(ctx, tx, DirectoryChange{By: Everywhere(by), How: "code", Make: func(rows directory.Rows) (directory.Rows, error) {
		for _, same := range rows.Contacts {
			if same.Phone == c.Phone && same.Active {
				same.VerifiedAt = d.Now()
				rows = rows.PutContact(same)
			}
		}
		return rows, nil
	}})
	if err != nil {
		return err
	}
	return tx.EndNumberCheck(ctx, c.ID)
}

// checkedBy is the contact of a number that is asked for its code, where a text may be the answer to that.
func (d *Desk) checkedBy(ctx context.Context, known []ripoti.Contact, body string) (ripoti.Contact, bool, error) {
	if code := digits(body); len(known) == 0 || len(code) != numberCodeDigits || strings.Trim(code, "0123456789") != "" {
		return ripoti.Contact{}, false, nil
	}
	checks, err := d.Store.NumberChecks(ctx, known[0].Phone)
	if err != nil {
		return ripoti.Contact{}, false, err
	}
	for _, check := range slices.Backward(checks) {
		if i := slices.IndexFunc(known, func(c ripoti.Contact) bool { return c.ID == check.ContactID }); i >= 0 {
			return known[i], true, nil
		}
	}
	return ripoti.Contact{}, false, nil
}

// answerCheck takes a text as the answer to a code.
func (d *Desk) answerCheck(ctx context.Context, p tasks.Payload, c ripoti.Contact, body string) error {
	err := d.handle(ctx, p, func(tx *store.Tx) (string, error) {
		if err := tx.HoldDirectory(ctx); err != nil {
			return "", err
		}
		right, err := d.proves(ctx, tx, c, digits(body))
		if err != nil {
			return "", err
		}
		result, say := "number not proven", flows.SayUnproven
		if right {
			result, say = "number proven", flows.SayProven
			if err := d.proven(ctx, tx, c.ID, c); err != nil {
				return "", err
			}
		}
		return result, d.post(ctx, tx, c, say, flows.Facts{}, about{}, tasks.Default, d.Now())
	})
	if err != nil {
		return err
	}
	return d.Live.Refresh(ctx)
}
