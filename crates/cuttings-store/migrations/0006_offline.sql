-- Changes that a client names by a key of its own, so that it may send one again
-- whose answer was lost. Until status is there the change is under way; after
-- some days the row is forgotten.
CREATE TABLE keyed_changes (
    user_id      BIGINT NOT NULL REFERENCES users (id),
    change_key   TEXT   NOT NULL,
    -- Digest of method, address and body.
    fingerprint  TEXT   NOT NULL,
    begun_at     BIGINT NOT NULL,
    status       BIGINT,
    content_type TEXT,
    location     TEXT,
    body         TEXT,
    PRIMARY KEY (user_id, change_key)
) STRICT;
CREATE INDEX keyed_changes_by_time ON keyed_changes (user_id, begun_at);
