-- A directory that is kept by hand: every change of it, numbers that are being verified, tables that were
-- handed in and not taken yet.

-- +goose Up
create table directory_changes (
    id            text primary key,            -- in the order of time
    batch         text not null,               -- what was done together
    at            bigint not null,
    actor         text not null,               -- "user:ID", a contact's id, "command" or "system"
    how           text not null,               -- "form", "upload", "code", ...
    what          text not null,               -- office, contact, shifts, leave
    row_id        text not null,
    office_id     text not null,               -- the office whose history it belongs to
    kind          text not null,               -- added, changed, removed
    fields        text not null                -- JSON: column, before, after; numbers masked
);
create index directory_changes_of_office on directory_changes (office_id, id);
create index directory_changes_of_row on directory_changes (row_id, what, id);

create table number_checks (
    contact_id    text primary key,
    number_hash   text not null,
    code_hash     text not null,
    asked_by      text not null,
    asked_at      bigint not null,
    until         bigint not null,
    tries         bigint not null              -- wrong codes
);
create index number_checks_by_number on number_checks (number_hash);

-- One for each person: what he or she handed in last. It holds numbers and names.
create table directory_uploads (
    user_id         text primary key,
    at              bigint not null,
    whole           boolean not null,          -- what the tables do not name goes
    offices_sealed  bytea not null,
    contacts_sealed bytea not null
);
create index directory_uploads_by_age on directory_uploads (at);
create index pings_by_month on pings (month, office_id);

-- +goose Down
drop index pings_by_month;
drop table directory_uploads;
drop table number_checks;
drop table directory_changes;
