-- The row of a case, some six thousand bytes of JSON, is written anew with every workflow task. Packed by LZ4 it stays in one piece beside the
-- columns; before, it was packed by PostgreSQL's older and slower way, cut up, and its pieces were thrown away again with the next task.
-- A server that was built without LZ4 goes on as before.

-- +goose Up
ALTER TABLE aftercare.cases SET (toast_tuple_target = 4080);
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'ALTER TABLE aftercare.cases ALTER COLUMN row SET COMPRESSION lz4';
EXCEPTION WHEN feature_not_supported OR syntax_error THEN
    RAISE NOTICE 'this server packs without LZ4';
END
$$;
-- +goose StatementEnd

-- +goose Down
ALTER TABLE aftercare.cases RESET (toast_tuple_target);
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'ALTER TABLE aftercare.cases ALTER COLUMN row SET COMPRESSION default';
EXCEPTION WHEN syntax_error THEN
    NULL; -- a server that old has no other way of packing
END
$$;
-- +goose StatementEnd
