-- Lists of the console at ten million reports, practice reports, and what was done to the network itself.

-- +goose Up
alter table reports add column drill text not null default '';          -- the drill it is practised in; '' for a real one
alter table messages add column drill boolean not null default false;   -- it is about a practice report, and says so
create index reports_of_drill on reports (drill) where drill <> '';
create index reports_open on reports (status, urgency, filed_at, id) where status <> 'closed';
create index reports_open_by_time on reports (filed_at, id) where status <> 'closed';
create index assignments_by_office on assignments (office_id, report_id);

create table drills (
    id            text primary key,
    county        text not null,
    office_id     text not null,               -- '' for every station of the county
    scenario      text not null,
    started_by    text not null,               -- a user
    started_at    bigint not null,
    ends_at       bigint not null,
    ended_at      bigint not null,
    ended_by      text not null
);
create index drills_by_time on drills (started_at, id);

-- Who saw and did what, newest first. The lines of reporters and of the system are not in these.
create index events_of_people on events (at, report_id, seq) where actor <> 'system' and actor <> 'reporter';
create index events_by_person on events (actor, at, report_id, seq) where actor <> 'system' and actor <> 'reporter';

-- What was done that belongs to no report: a chain of its own.
create table network_events (
    seq           bigint primary key,
    at            bigint not null,
    kind          text not null,
    actor         text not null,
    data          text not null,               -- JSON of codes and ids
    prev          text not null,
    hash          text not null
);
create index network_events_by_time on network_events (at, seq);
create index network_events_by_kind on network_events (kind, at);
insert into revisions (name, revision) values ('network_events', 0);

-- What is left on a provider's account, as it was told last.
create table balances (
    provider      text primary key,
    currency      text not null,
    micros        bigint not null,
    low           boolean not null,
    at            bigint not null
);

-- +goose Down
drop table balances;
delete from revisions where name = 'network_events';
drop table network_events;
drop index events_by_person;
drop index events_of_people;
drop table drills;
drop index assignments_by_office;
drop index reports_open_by_time;
drop index reports_open;
drop index reports_of_drill;
alter table messages drop column drill;
alter table reports drop column drill;
