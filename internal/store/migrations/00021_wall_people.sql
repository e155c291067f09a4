-- A wall holds for people, not only for the offices where they were posted when it rose.

-- +goose Up
create table wall_people (
    report_id     text not null references reports (id),
    person        text not null,               -- keyed hash of a number, or the id of an account of the console
    primary key (report_id, person)
);
create index wall_people_by_person on wall_people (person);

-- Walls that stand already: who is posted behind them today.
insert into wall_people (report_id, person)
    select distinct w.report_id, c.phone_hash from walls w join contacts c on c.office_id = w.office_id
    union select distinct w.report_id, u.id from walls w join users u on u.office_id = w.office_id;

-- +goose Down
drop table wall_people;
