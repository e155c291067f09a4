-- Talks by SMS: how each stands, what a machine read, who wants no messages, how many automatic
-- answers a number got.

-- +goose Up
create table talks (
    number_hash   text primary key,
    state_sealed  bytea,                       -- null: a talk that is just being begun
    report_id     text not null,               -- the report that takes the next text
    updated_at    bigint not null
);

-- Numbers that texted STOP. Nothing leaves to them until START.
create table stopped_numbers (
    number_hash   text primary key,
    at            bigint not null
);

-- Automatic answers to one number in one hour, by whole hours since 1970.
create table answer_counts (
    number_hash   text not null,
    hour          bigint not null,
    given         integer not null,
    primary key (number_hash, hour)
);
create index answer_counts_by_hour on answer_counts (hour);

-- What a machine read out of a text: a proposal until a person confirms it.
create table proposals (
    report_id     text primary key references reports (id),
    reading       text not null,               -- JSON of codes: signs, signals, accused kinds; no words
    read_at       bigint not null,
    confirmed_by  text not null,
    confirmed_at  bigint not null
);
create index proposals_open on proposals (read_at) where confirmed_at = 0;

alter table inbound add column report_id text not null default '';      -- the report that the text belongs to
alter table inbound add column fingerprint text not null default '';    -- keyed hash of the words, to know the same text again
create index inbound_by_words on inbound (from_hash, fingerprint, received_at) where fingerprint <> '';
create index inbound_by_report on inbound (report_id, received_at) where report_id <> '';

-- +goose Down
drop index inbound_by_report;
drop index inbound_by_words;
alter table inbound drop column fingerprint;
alter table inbound drop column report_id;
drop table proposals;
drop table answer_counts;
drop table stopped_numbers;
drop table talks;
