-- A story may stand on several pages. Each page that was asked for on its behalf
-- is a capture of its own; this names the capture it was asked for with.
ALTER TABLE captures ADD COLUMN part_of BIGINT;
