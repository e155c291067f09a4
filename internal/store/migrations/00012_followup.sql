-- Reporters follow up by number, hear twice from us at most, and are phoned by who opens their number.

-- +goose Up
-- What was pressed in a follow-up, once for each press however often a gateway sends it.
create table followups (
    key           text primary key,            -- keyed hash of the call and the press
    number_hash   text not null,               -- who called
    report_id     text not null,               -- '': a number that nobody has
    act           text not null,               -- '': how does it stand
    at            bigint not null
);
create index followups_wrong on followups (number_hash, at) where report_id = '';
create index followups_by_report on followups (report_id, at) where report_id <> '';

-- What a reporter was told or asked by SMS: each once for a report.
create table reporter_news (
    report_id     text not null references reports (id),
    kind          text not null,               -- 'taken_up', 'how'
    number_hash   text not null,
    posted_at     bigint not null,
    answered_at   bigint not null,
    answer        text not null,               -- 'better', 'same', 'worse'
    primary key (report_id, kind)
);
create index reporter_news_waiting on reporter_news (number_hash, posted_at) where answered_at = 0;

-- Who opened a reporter's number, why and until when it was shown.
create table openings (
    id            text primary key,
    report_id     text not null references reports (id),
    contact_id    text not null,
    reason        text not null,               -- a code
    opened_at     bigint not null,
    until_at      bigint not null
);
create index openings_by_report on openings (report_id, opened_at);

-- +goose Down
drop table openings;
drop table reporter_news;
drop table followups;
