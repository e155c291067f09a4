-- What figures are counted from, by report.

-- +goose Up
create index flags_by_report on flags (report_id, raised_at);

-- +goose Down
drop index flags_by_report;
