-- What is kept how long, who asked to be forgotten, what was forgotten, and who got the morning brief.

-- +goose Up
alter table reports add column legal_hold text not null default '';     -- why it must be kept ("court", "appeal", ...); '' for nothing
alter table reports add column erased_at bigint not null default 0;     -- its content was forgotten
create index reports_to_forget on reports (closed_at, id) where status = 'closed' and erased_at = 0;
create index reporters_by_time on reporters (created_at, report_id);
create index inbound_of_no_report on inbound (received_at) where report_id = '';
create index messages_of_no_report on messages (created_at) where report_id = '';
create index talks_by_time on talks (updated_at);
alter table passive_answers add column at bigint not null default 0;    -- of the newest
create index checks_soon on checks (kind, due_at) where state in ('open', 'asked');
create index reports_by_county on reports (county, filed_at);
create index reports_going_on on reports (county, filed_at) where status <> 'closed';
alter table assignments add column ended boolean not null default false; -- its report is closed
create index assignments_going_on on assignments (office_id, created_at) where status in ('open', 'accepted') and not ended;

-- Reporters who asked to be forgotten. One request of a report is open at a time.
create table deletion_requests (
    id            text primary key,
    report_id     text not null references reports (id),
    asked_at      bigint not null,
    decided_at    bigint not null,
    decided_by    text not null,
    decision      text not null,               -- 'erased' or 'refused'
    reason        text not null                -- a code: 'live_case', 'legal_hold', 'asked'
);
create unique index deletion_requests_open on deletion_requests (report_id) where decided_at = 0;
create index deletion_requests_by_time on deletion_requests (asked_at, id);

-- How many reports there were, without anything that leads to one of them.
create table counts (
    month         text not null,               -- '2026-11', Nairobi
    county        text not null,
    category      text not null,
    urgency       text not null,
    outcome       text not null,
    reports       bigint not null,
    primary key (month, county, category, urgency, outcome)
);

-- What a purge forgot.
create table purges (
    id            text primary key,
    at            bigint not null,
    what          text not null,               -- a line of the retention table
    gone          bigint not null
);
create index purges_by_time on purges (at, id);

-- The morning brief leaves once a day to each contact.
create table briefs (
    contact_id    text not null,
    day           text not null,               -- '2026-11-03', Nairobi
    at            bigint not null,
    primary key (contact_id, day)
);

-- +goose Down
drop table briefs;
drop table purges;
drop table counts;
drop table deletion_requests;
drop index assignments_going_on;
alter table assignments drop column ended;
drop index reports_going_on;
drop index checks_soon;
drop index reports_by_county;
alter table passive_answers drop column at;
drop index talks_by_time;
drop index messages_of_no_report;
drop index inbound_of_no_report;
drop index reporters_by_time;
drop index reports_to_forget;
alter table reports drop column erased_at;
alter table reports drop column legal_hold;
