-- The staff line: who may use it, and what each press of a call came to.

-- +goose Up
create table pins (
    phone_hash    text primary key,            -- one PIN for each number, whatever offices it answers for
    contact_id    text not null,               -- whom the coordinator let choose it: it ends when the number is another's
    pin_sealed    bytea,                       -- argon2id of the PIN; null: none was chosen yet
    set_at        bigint not null,
    tries         integer not null,            -- wrong PINs in a row
    locked_at     bigint not null,
    code_hash     text not null,               -- keyed hash of the one-time code, '' where none is out
    code_until    bigint not null,
    code_tries    integer not null             -- wrong one-time codes
);

-- Every change of a PIN leaves a line: code, set, locked, unlocked.
create table pin_events (
    id            text primary key,            -- time-ordered UUID
    contact_id    text not null,
    kind          text not null,
    actor         text not null,
    at            bigint not null
);
create index pin_events_by_contact on pin_events (contact_id, id);

-- A press that read or changed anything, under a keyed hash of its call and all that was typed in it:
-- the same press again has no second effect and shows the same screen.
create table staff_acts (
    act_hash      text primary key,
    result_sealed bytea,                       -- null only within the transaction that does it
    at            bigint not null
);
create index staff_acts_by_time on staff_acts (at);

create index assignments_taken on assignments (accepted_by, created_at, id) where accepted_by <> '';

-- +goose Down
drop index assignments_taken;
drop table staff_acts;
drop table pin_events;
drop table pins;
