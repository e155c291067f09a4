-- Rules on their way into force: who wrote, who agreed, from when until when; exceptions that end by
-- themselves; trials on past reports.

-- +goose Up
alter table rule_versions add column approver text not null default '';
alter table rule_versions add column origin text not null default 'published';
alter table rule_versions add column draft_id text not null default '';
alter table rule_versions add column previous integer not null default 0;  -- 0: the rules that are built in
alter table rule_versions add column ends_at bigint not null default 0;    -- 0: until they are changed again
update rule_versions set previous = version - 1;

create table rule_drafts (
    id            text primary key,
    state         text not null,
    title         text not null,
    document      text not null,
    base          integer not null,
    edition       integer not null,
    authors       text not null,               -- ids of users with commas between
    created_at    bigint not null,
    changed_at    bigint not null,
    reason        text not null,
    proposed_by   text not null,
    proposed_at   bigint not null,
    starts_at     bigint not null,
    ends_at       bigint not null,
    decided_by    text not null,
    decided_at    bigint not null,
    answer        text not null,
    version       integer not null             -- 0 until it is in force
);
create index rule_drafts_by_change on rule_drafts (changed_at);

create table rule_overrides (
    id            text primary key,
    kind          text not null,
    office_id     text not null,
    place_id      text not null,
    places        text not null,               -- ids with commas between
    place         text not null,
    county        text not null,
    reason        text not null,
    author        text not null,
    made_at       bigint not null,
    starts_at     bigint not null,
    ends_at       bigint not null,
    ended_by      text not null,
    ended_at      bigint not null
);
create index rule_overrides_by_end on rule_overrides (ends_at);

create table rehearsals (
    id            text primary key,
    draft_id      text not null references rule_drafts (id),
    edition       integer not null,
    base          integer not null,
    user_id       text not null,
    from_at       bigint not null,
    to_at         bigint not null,
    state         text not null,
    done          integer not null,
    total         integer not null,
    result        text not null,               -- JSON of ids and counts, for who ran it alone
    started_at    bigint not null,
    changed_at    bigint not null,
    finished_at   bigint not null
);
create index rehearsals_by_person on rehearsals (draft_id, user_id, started_at);

-- +goose Down
drop table rehearsals;
drop table rule_overrides;
drop table rule_drafts;
alter table rule_versions drop column ends_at;
alter table rule_versions drop column previous;
alter table rule_versions drop column draft_id;
alter table rule_versions drop column origin;
alter table rule_versions drop column approver;
