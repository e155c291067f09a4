-- Two providers side by side: what messages cost, what came while nobody listened, and bursts that
-- leave as one message.

-- +goose Up
alter table messages add column cost_currency text not null default '';
alter table messages add column cost_micros bigint not null default 0;  -- millionths of the currency's unit
alter table messages add column bundle text not null default '';        -- the message it leaves in; 'alone': in none
create index messages_by_bundle on messages (bundle) where bundle <> '';
create index messages_by_sent on messages (sent_at) where sent_at > 0;
create index messages_waiting on messages (to_hash, id) where status = 'queued';

alter table inbound add column media integer not null default 0;        -- pictures that came with it; they are not kept
alter table inbound add column listed boolean not null default false;   -- read from the provider's list, not sent by its hook

-- How far a provider's list of received texts was read.
create table channels (
    name          text primary key,
    since         bigint not null,             -- older texts are not ours
    mark          text not null,               -- the provider's own
    pulled_at     bigint not null
);

-- +goose Down
drop table channels;
alter table inbound drop column listed;
alter table inbound drop column media;
drop index messages_waiting;
drop index messages_by_sent;
drop index messages_by_bundle;
alter table messages drop column bundle;
alter table messages drop column cost_micros;
alter table messages drop column cost_currency;
