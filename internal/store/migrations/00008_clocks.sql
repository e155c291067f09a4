-- The clocks of a case: what is asked when, the monthly test of numbers, who holds how much.

-- +goose Up
create table checks (
    id            text primary key,
    report_id     text not null references reports (id),
    kind          text not null,
    side          text not null,               -- who is asked: 'safety' or 'care'
    round         integer not null,            -- of the kinds that come back
    due_at        bigint not null,             -- what it is about: the milestone, the end of the 72 hours, the hearing
    next_at       bigint not null,             -- when somebody is asked, or asked again; 0: no more
    asked         integer not null,            -- how often it was asked
    tries         integer not null,            -- tries that reached nobody
    asked_at      bigint not null,
    answered_at   bigint not null,
    answer        text not null,
    by_contact    text not null,
    state         text not null,               -- open, asked, answered, cancelled
    unique (report_id, kind, side, due_at)
);
create index checks_waiting on checks (due_at, id) where state in ('open', 'asked');

-- What the newest contact with a survivor or reporter told: whether it is safe to call.
create table safe_calls (
    report_id     text primary key references reports (id),
    answer        text not null,
    by_contact    text not null,
    at            bigint not null
);

-- Each number of a station is tested once a month.
create table pings (
    contact_id    text not null,
    office_id     text not null,
    month         text not null,               -- "2026-11"
    number_hash   text not null,
    asked_at      bigint not null,
    answered_at   bigint not null,
    primary key (contact_id, month)
);
create index pings_by_office on pings (office_id, month);
create index pings_unanswered on pings (number_hash, asked_at) where answered_at = 0;

create index assignments_held on assignments (accepted_by, report_id) where status = 'accepted';

-- +goose Down
drop index assignments_held;
drop table pings;
drop table safe_calls;
drop table checks;
