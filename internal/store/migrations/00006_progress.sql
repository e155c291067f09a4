-- How a case goes on after it was taken: what is known of it, the words that came with it, what puts
-- it in danger, and how it is closed by two people.

-- +goose Up
alter table reports add column progress text not null default '{}';      -- JSON of codes and times (ripoti.Progress)
alter table reports add column outcome text not null default '';         -- how it ended; '' while it is open
alter table reports add column closed_at bigint not null default 0;
alter table reports add column linked_to text not null default '';       -- the report that it came out of
create index reports_linked on reports (linked_to) where linked_to <> '';
create index reports_closed on reports (closed_at) where closed_at > 0;
create index assignments_accepted on assignments (accepted_by, accepted_at) where status = 'accepted';

-- The words that came with a move: where the suspect was last seen, which court, what was said.
create table notes (
    id            text primary key,
    report_id     text not null references reports (id),
    at            bigint not null,
    by_contact    text not null,               -- a contact's id, 'reporter' or 'system'
    kind          text not null,               -- the move or what else it came with
    note_sealed   bytea not null
);
create index notes_by_report on notes (report_id, at);

-- What puts a case in danger of dying. One of a kind stands open at a time.
create table flags (
    id            text primary key,
    report_id     text not null references reports (id),
    kind          text not null,
    raised_at     bigint not null,
    raised_by     text not null,
    note_sealed   bytea,
    settled_at    bigint not null,
    settled_by    text not null,
    how_sealed    bytea
);
create unique index flags_open on flags (report_id, kind) where settled_at = 0;
create index flags_waiting on flags (raised_at, id) where settled_at = 0;

-- A closing is proposed by one person and agreed to by others.
create table closings (
    id            text primary key,
    report_id     text not null references reports (id),
    outcome       text not null,
    reason_sealed bytea,
    other_report  text not null,               -- of a duplicate: the report that goes on
    proposed_by   text not null,
    proposed_at   bigint not null,
    state         text not null,               -- open, agreed, refused
    decided_at    bigint not null
);
create unique index closings_open on closings (report_id) where state = 'open';
create index closings_by_report on closings (report_id, proposed_at);

create table closing_answers (
    closing_id    text not null references closings (id),
    contact_id    text not null,
    number_hash   text not null,               -- one person with two offices has one voice
    agrees        boolean not null,
    at            bigint not null,
    reason_sealed bytea,
    primary key (closing_id, number_hash)
);

-- Who declared to know the people of a case: it never comes back to that person.
create table conflicts (
    report_id     text not null references reports (id),
    number_hash   text not null,
    contact_id    text not null,
    at            bigint not null,
    primary key (report_id, number_hash)
);

-- +goose Down
drop table conflicts;
drop table closing_answers;
drop table closings;
drop table flags;
drop table notes;
drop index assignments_accepted;
drop index reports_closed;
drop index reports_linked;
alter table reports drop column linked_to;
alter table reports drop column closed_at;
alter table reports drop column outcome;
alter table reports drop column progress;
