-- Of a change under a key: how many of its transactions are committed, so that
-- whoever makes it again makes none of them twice.
ALTER TABLE keyed_changes ADD COLUMN steps BIGINT NOT NULL DEFAULT 0;
