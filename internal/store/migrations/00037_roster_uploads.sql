-- Rosters and leave are handed in as the directory's tables are.

-- +goose Up
alter table directory_uploads add column shifts_sealed bytea; -- null for what was handed in before
alter table directory_uploads add column leaves_sealed bytea;

-- +goose Down
alter table directory_uploads drop column leaves_sealed;
alter table directory_uploads drop column shifts_sealed;
