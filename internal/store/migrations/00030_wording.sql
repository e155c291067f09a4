-- The sentences that people get by phone, as the network has changed them: drafts, versions, and when help
-- numbers were last called.

-- +goose Up
create table wording_drafts (
    id            text primary key,
    state         text not null,               -- draft proposed approved refused withdrawn
    note          text not null,               -- why, in the author's words
    changes       text not null,               -- JSON: language, key, before and after
    author        text not null,               -- a user
    created_at    bigint not null,
    changed_at    bigint not null,
    decided_by    text not null,               -- a user: never the author
    decided_at    bigint not null,
    reason        text not null
);
create index wording_drafts_by_time on wording_drafts (created_at, id);

create table wording_versions (
    version       integer primary key,
    edition       text not null,               -- JSON: everything that differs from what is built in
    draft_id      text not null unique,        -- what it came of: nothing is published twice
    published_at  bigint not null
);

create table helpline_calls (
    id            text primary key,
    name          text not null,
    number        text not null,
    user_id       text not null,
    reached       boolean not null,            -- a person answered
    at            bigint not null
);
create index helpline_calls_by_name on helpline_calls (name, at);

insert into revisions (name, revision) values ('wording', 0);

-- +goose Down
delete from revisions where name = 'wording';
drop table helpline_calls;
drop table wording_versions;
drop table wording_drafts;
