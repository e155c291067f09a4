-- A case offered to another office for a part of the help. It comes with an assignment of that office.

-- +goose Up
create table referrals (
    id            text primary key,
    report_id     text not null references reports (id),
    assignment_id text not null unique,
    office_id     text not null,
    by_contact    text not null,               -- who referred
    why_sealed    bytea,                       -- in that person's words
    urgent        boolean not null,
    status        text not null,               -- sent accepted declined revoked expired
    sent_at       bigint not null,
    due_at        bigint not null,             -- unanswered until then it goes back
    answered_at   bigint not null,
    answered_by   text not null
);
create index referrals_by_report on referrals (report_id, sent_at);
create index referrals_waiting on referrals (due_at) where status = 'sent';

-- +goose Down
drop table referrals;
