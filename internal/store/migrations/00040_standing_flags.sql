-- +goose Up
-- The morning brief counts the flags of one kind that stand, of each reader's area.
create index flags_standing on flags (kind, report_id) where settled_at = 0;

-- +goose Down
drop index flags_standing;
