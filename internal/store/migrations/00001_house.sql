-- One text for PostgreSQL and SQLite. Times are microseconds since 1970 (UTC); 0 means "not yet".
-- Columns that end in _sealed hold encrypted bytes; columns that end in _hash keyed hashes.

-- +goose Up
create table reports (
    id            text primary key,            -- time-ordered UUID
    code          text not null unique,        -- the number people are told
    conversation  text not null unique,        -- keyed hash: one report per conversation
    channel       text not null,
    lang          text not null,
    stage         text not null,
    answers       text not null,               -- JSON of codes and the place; no free text
    story_sealed  bytea,                       -- free text and what was typed for a place
    category      text not null,
    second        text not null,
    urgency       text not null,
    rule          text not null,
    status        text not null,
    walled        boolean not null,
    county        text not null,
    place         text not null,
    filed_at      bigint not null,
    routed_at     bigint not null,
    last_seq      integer not null,            -- the newest line of its history and that line's hash:
    last_hash     text not null,               -- a line cut off at the end is noticed
    no_recipient  boolean not null default false -- nobody was found: stands on the coordinators' list
);
create index reports_without_recipient on reports (filed_at, id) where no_recipient;
create index reports_by_time on reports (filed_at, id);
create index reports_by_place on reports (place, filed_at);

-- Who reported lives apart from what was reported, and is opened case by case.
create table reporters (
    report_id     text primary key references reports (id),
    phone_sealed  bytea not null,
    phone_hash    text not null,
    wish          text not null,
    created_at    bigint not null
);
create index reporters_by_phone on reporters (phone_hash, created_at);

-- Danger and a place were said and the call still runs: goes out by itself at file_at.
create table held_drafts (
    conversation  text primary key,
    channel       text not null,
    from_sealed   bytea not null,
    draft_sealed  bytea not null,
    file_at       bigint not null
);
create index held_drafts_due on held_drafts (file_at);

create table events (
    report_id     text not null references reports (id),
    seq           integer not null,
    at            bigint not null,
    kind          text not null,
    actor         text not null,
    data          text not null,
    prev          text not null,
    hash          text not null,
    primary key (report_id, seq)
);

create table decisions (
    report_id     text not null references reports (id),
    seq           integer not null,            -- a report may be routed again
    at            bigint not null,
    decision      text not null,               -- JSON: parts, ladders, trace
    primary key (report_id, seq)
);

-- Offices that may not be alerted, nor open, search or count a report.
create table walls (
    report_id     text not null references reports (id),
    office_id     text not null,
    primary key (report_id, office_id)
);
create index walls_by_office on walls (office_id, report_id);

create table assignments (
    id            text primary key,
    report_id     text not null references reports (id),
    office_id     text not null,
    side          text not null,
    status        text not null,
    step          integer not null,
    ladder        text not null,               -- JSON: the rungs
    created_at    bigint not null,
    send_at       bigint not null,
    accepted_by   text not null,
    accepted_at   bigint not null,
    reason        text not null                -- of a decline
);
create index assignments_by_report on assignments (report_id);
create index assignments_open on assignments (office_id, created_at, id) where status = 'open';

-- What is owed at a time: a report to route, a message to send, a rung to climb. The queue only
-- says "look"; a duty is gone when it is done. wake_at is when it is handed to the queue (again).
create table duties (
    id            text primary key,
    kind          text not null,
    subject       text not null,
    queue         text not null,
    due_at        bigint not null,
    wake_at       bigint not null,
    tries         integer not null
);
create index duties_to_wake on duties (wake_at);
create index duties_by_subject on duties (subject, kind);

create table messages (
    id            text primary key,
    report_id     text not null,
    assignment_id text not null,
    contact_id    text not null,
    kind          text not null,
    lang          text not null,
    to_sealed     bytea not null,
    to_hash       text not null,
    facts_sealed  bytea not null,              -- what the sentence is made of
    body_sealed   bytea,                       -- the sentence as it left
    status        text not null,
    reason        text not null,               -- the provider's code for a failure
    provider      text not null,
    provider_id   text not null,
    segments      integer not null,
    repeats       integer not null,            -- sends after an unknown outcome
    created_at    bigint not null,
    claimed_at    bigint not null,
    sent_at       bigint not null,
    done_at       bigint not null
);
create unique index messages_by_provider on messages (provider, provider_id) where provider_id <> '';
create index messages_by_number on messages (to_hash, created_at);
create index messages_by_assignment on messages (assignment_id);
create index messages_by_contact on messages (contact_id, created_at);
create index messages_by_report on messages (report_id, created_at);
create index messages_unsettled on messages (status, claimed_at) where status in ('sending', 'unknown');

-- Receipts that came before we knew the provider's id.
create table early_receipts (
    provider      text not null,
    provider_id   text not null,
    status        text not null,
    reason        text not null,
    at            bigint not null,
    primary key (provider, provider_id, status)
);

create table inbound (
    id            text primary key,
    provider      text not null,
    provider_id   text not null,
    from_sealed   bytea not null,
    from_hash     text not null,
    sent_to       text not null,
    body_sealed   bytea not null,
    body_sha256   text not null,
    sent_at       bigint not null,
    received_at   bigint not null,
    handled_at    bigint not null,
    result        text not null,
    unique (provider, provider_id)
);
create index inbound_by_number on inbound (from_hash, received_at);

-- Automatic answers to one number that led to nothing (domain: at most five until a real action).
create table passive_answers (
    number_hash   text primary key,
    given         integer not null
);

create table offices (
    id            text primary key,
    office        text not null                -- JSON
);

create table contacts (
    id            text primary key,
    office_id     text not null,
    role          text not null,
    rank          integer not null,
    name          text not null,
    lang          text not null,
    phone_sealed  bytea not null,
    phone_hash    text not null,
    verified_at   bigint not null,
    active        boolean not null,
    stopped       boolean not null,
    sample        boolean not null
);
create index contacts_by_phone on contacts (phone_hash);

create table rule_versions (
    version       integer primary key,
    document      text not null,
    author        text not null,
    reason        text not null,
    published_at  bigint not null
);

-- Counters that tell running processes to read something again.
create table revisions (
    name          text primary key,
    revision      bigint not null
);
insert into revisions (name, revision) values ('directory', 0), ('rules', 0);

-- +goose Down
drop table revisions;
drop table rule_versions;
drop table contacts;
drop table offices;
drop table passive_answers;
drop table inbound;
drop table early_receipts;
drop table messages;
drop table duties;
drop table assignments;
drop table walls;
drop table decisions;
drop table events;
drop table held_drafts;
drop table reporters;
drop table reports;
