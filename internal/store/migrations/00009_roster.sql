-- Who answers when: shifts of the week, leave with a stand-in, and what contacts say of themselves.

-- +goose Up
create table roster_shifts (
    office_id     text not null,
    role          text not null,
    contact_id    text not null,
    days          integer not null,            -- bit 0 is Sunday
    from_minute   integer not null,            -- after midnight, Nairobi
    to_minute     integer not null,            -- not after from_minute: it ends on the next day
    primary key (office_id, role, contact_id, days, from_minute, to_minute)
);

create table roster_leaves (
    contact_id    text not null,
    from_day      text not null,               -- "2026-12-24", Nairobi, both days included
    to_day        text not null,
    stand_in      text not null,               -- a contact; '' for nobody
    primary key (contact_id, from_day)
);

-- The newest word of each contact about being on duty.
create table duty_marks (
    contact_id    text primary key,
    on_duty       boolean not null,
    said_at       bigint not null,
    until         bigint not null
);

-- Slots of a roster that an alert found empty, once an hour: for the coordinators' list.
create table slot_gaps (
    office_id     text not null,
    role          text not null,
    hour          bigint not null,             -- whole hours since 1970
    alerts        integer not null,
    primary key (office_id, role, hour)
);
create index slot_gaps_by_hour on slot_gaps (hour);

insert into revisions (name, revision) values ('roster', 0);

-- +goose Down
delete from revisions where name = 'roster';
drop table slot_gaps;
drop table duty_marks;
drop table roster_leaves;
drop table roster_shifts;
