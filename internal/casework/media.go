package casework

import (
	"context"
	"fmt"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// media tells whoever sent pictures, once a day, that they do not arrive and are to be kept: a
// picture of a child must not travel (domain brief 2), and what it shows belongs to the officer who
// comes. The sentence names neither. Who may share the phone with the one who does it is told nothing of pictures.
func (d *Desk) media(ctx context.Context, in sms.Inbound) error {
	from, err := ripoti.ParsePhone(in.From)
	if in.Media == 0 || err != nil || d.hushed(in.Body) {
		return nil
	}
	known, err := d.Store.ContactsOf(ctx, from)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	to := ripoti.Contact{Phone: from, Lang: ripoti.Swahili}
	if some := answerable(known); len(some) > 0 {
		to = some[0]
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		told, err := tx.ToldSince(ctx, from, sayMedia, d.Now().Add(-mediaAgain))
		if err != nil || told {
			return err
		}
		return d.post(ctx, tx, to, sayMedia, flows.Facts{}, about{}, tasks.Default, d.Now())
	})
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	d.Wake()
	return nil
}

// hushed says that words may get the bare receipt at most (domain brief 3.6).
func (d *Desk) hushed(body string) bool {
	return flows.Hushed(body) || d.Reader != nil && d.gist(body).Bare
}
