-- Reports that may be about one event: where and when each happened, which pairs were proposed, and
-- which a person has linked. Nothing here is merged: every report keeps its number and its history.

-- +goose Up
create table scenes (
    report_id     text primary key references reports (id),
    place         text not null,
    ward          text not null,
    cell          bigint not null,             -- about a kilometre square; 0 where no point decides
    lat           double precision not null,
    lon           double precision not null,
    category      text not null,
    second        text not null,
    filed_at      bigint not null
);
create index scenes_by_place on scenes (place, filed_at);
create index scenes_by_ward on scenes (ward, filed_at) where ward <> '';
create index scenes_by_cell on scenes (cell, filed_at) where cell <> 0;

create table incident_pairs (
    -- No foreign keys: they would take hold of the other report while one's own is held, and two
    -- reports that find each other would wait for ever.
    report_id     text not null,               -- the later one
    other_id      text not null,
    why           text not null,               -- place, near, ward
    status        text not null,               -- proposed linked rejected
    proposed_at   bigint not null,
    decided_at    bigint not null,
    decided_by    text not null,
    primary key (report_id, other_id)
);
create index incident_pairs_by_other on incident_pairs (other_id);
create index incident_pairs_open on incident_pairs (proposed_at) where status = 'proposed';

create table incident_reports (
    report_id     text primary key references reports (id),
    incident_id   text not null
);
create index incident_reports_by_incident on incident_reports (incident_id);

-- +goose Down
drop table incident_reports;
drop table incident_pairs;
drop table scenes;
