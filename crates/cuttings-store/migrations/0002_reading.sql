-- The reader: what each person has set, and where they stopped reading.

-- One row a setting that is not as it comes. Names and values are those of
-- cuttings-model/src/settings.rs.
CREATE TABLE settings (
    user_id BIGINT NOT NULL REFERENCES users (id),
    name    TEXT   NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT;

-- The block at the top of the window (counted from 0 in the clean text), and
-- how far down the story that is, in hundredths.
ALTER TABLE articles ADD COLUMN read_block BIGINT;
ALTER TABLE articles ADD COLUMN read_percent BIGINT;
ALTER TABLE articles ADD COLUMN read_at BIGINT;
