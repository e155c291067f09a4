-- +goose Up
-- What is known by the hash of a number alone follows when numbers are hashed again under newer keys: without
-- these each number reads the tables from end to end.
create index followups_by_number on followups (number_hash);
create index reporter_news_by_number on reporter_news (number_hash);
create index pings_by_number on pings (number_hash);
create index conflicts_by_number on conflicts (number_hash);
create index closing_answers_by_number on closing_answers (number_hash);
-- Answers to closings are sealed again in the order of their whole key.
create index closing_answers_in_order on closing_answers ((closing_id || ':' || number_hash));

-- +goose Down
drop index closing_answers_in_order;
drop index closing_answers_by_number;
drop index conflicts_by_number;
drop index pings_by_number;
drop index reporter_news_by_number;
drop index followups_by_number;
