-- Work that fails, for those who watch the queues.

-- +goose Up
create index duties_tried on duties (tries, due_at) where tries > 2;

-- +goose Down
drop index duties_tried;
