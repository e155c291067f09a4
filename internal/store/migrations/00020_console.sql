-- Who signs in to the console.

-- +goose Up
create table users (
    id            text primary key,
    login         text not null unique,
    name          text not null,
    role          text not null,
    counties      text not null,               -- ids with commas between; '' for all
    office_id     text not null,
    contact_id    text not null,
    lang          text not null,
    active        boolean not null,
    password      text not null,               -- argon2id with its parameters
    first_until   bigint not null,             -- a password given by an admin is good until then; 0 for one's own
    totp_sealed   bytea,                       -- null until the second step is set
    totp_step     bigint not null,             -- the newest time step that was used: no code works twice
    recovery      text not null,               -- hashes of unused recovery codes, with spaces between
    epoch         integer not null,
    created_at    bigint not null
);

create table sign_ins (
    id            text primary key,
    user_id       text not null,
    login_hash    text not null,
    address_hash  text not null,
    step          text not null,
    ok            boolean not null,
    at            bigint not null
);
create index sign_ins_by_login on sign_ins (login_hash, at);
create index sign_ins_by_address on sign_ins (address_hash, at);
create index sign_ins_by_user on sign_ins (user_id, at);

create table sessions (
    token_hash    text primary key,
    data_sealed   bytea not null,
    ends_at       bigint not null
);
create index sessions_by_end on sessions (ends_at);

-- +goose Down
drop table sessions;
drop table sign_ins;
drop table users;
