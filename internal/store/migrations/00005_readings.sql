-- What a machine read is to be read by a person in time: since when it waits, when somebody is
-- reminded, and what a person set that no machine may lower.

-- +goose Up
alter table proposals add column unread_since bigint not null default 0; -- the oldest words in it that no person has read
alter table proposals add column remind_at bigint not null default 0;    -- 0: nobody is left to remind
alter table proposals add column reminded integer not null default 0;    -- how many reminders were owed and told
alter table proposals add column ruling text not null default '';        -- JSON of codes: what a person set
update proposals set unread_since = read_at, remind_at = read_at where confirmed_at = 0;
insert into duties (id, kind, subject, queue, due_at, wake_at, tries)
    select 'unread:' || report_id, 'unread', report_id, 'default', read_at, read_at, 0 from proposals where confirmed_at = 0;
drop index proposals_open;
create index proposals_unread on proposals (unread_since, report_id) where confirmed_at = 0;

-- +goose Down
drop index proposals_unread;
create index proposals_open on proposals (read_at) where confirmed_at = 0;
delete from duties where kind = 'unread';
alter table proposals drop column ruling;
alter table proposals drop column reminded;
alter table proposals drop column remind_at;
alter table proposals drop column unread_since;
