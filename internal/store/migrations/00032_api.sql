-- Partners who read by the API and are told of events: their tokens, and what is still to be told.

-- +goose Up
create table api_tokens (
    id            text primary key,
    name          text not null,
    token_hash    text not null unique,        -- the token itself is shown once and kept nowhere
    secret_sealed bytea not null,              -- what its pseudonyms and signatures are made with
    scopes        text not null,               -- with commas between
    counties      text not null,               -- ids with commas between; '' for all
    office_id     text not null,               -- whose: reports walled off from it do not exist for the token
    hook_url      text not null,               -- where events go; '' for nowhere
    created_by    text not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    revoked_at    bigint not null,
    used_at       bigint not null
);
create index api_tokens_told on api_tokens (expires_at) where hook_url <> '' and revoked_at = 0;

create table api_events (
    id            text primary key,            -- time-ordered UUID; partners know a repetition by it
    token_id      text not null references api_tokens (id),
    report_id     text not null references reports (id),
    kind          text not null,               -- routed, accepted, closed, ...
    at            bigint not null,
    state         text not null,               -- due, or dead: given up until somebody tries again; told ones are gone
    tries         integer not null,
    tried_at      bigint not null,
    answer        integer not null             -- the partner's last status; 0 for none
);
create index api_events_dead on api_events (at, id) where state = 'dead';
create index api_events_of_report on api_events (report_id);

-- +goose Down
drop table api_events;
drop table api_tokens;
