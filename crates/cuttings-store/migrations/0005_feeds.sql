-- Feeds people subscribe to, what they bring, and what is done with it.

ALTER TABLE counters ADD COLUMN next_feed BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_entry BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_feed_rule BIGINT NOT NULL DEFAULT 1;

-- poll_at is when the feed is asked next; a worker that asks moves it on and
-- raises fence, as with jobs.
CREATE TABLE feeds (
    user_id       BIGINT NOT NULL REFERENCES users (id),
    id            BIGINT NOT NULL,
    url           TEXT   NOT NULL,
    url_key       TEXT   NOT NULL,
    site_url      TEXT,
    title         TEXT   NOT NULL,
    folder        TEXT   NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    poll_at       BIGINT NOT NULL,
    fence         BIGINT NOT NULL,
    polled_at     BIGINT,
    changed_at    BIGINT,
    failures      BIGINT NOT NULL,
    reason        TEXT,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE UNIQUE INDEX feeds_by_url ON feeds (user_id, url_key);
CREATE INDEX feeds_due ON feeds (poll_at);

CREATE TABLE entries (
    user_id      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    feed_id      BIGINT NOT NULL,
    entry_key    TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    author       TEXT,
    html         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    published_at BIGINT,
    received_at  BIGINT NOT NULL,
    seen_at      BIGINT,
    article_id   BIGINT,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, feed_id) REFERENCES feeds (user_id, id)
) STRICT;
CREATE UNIQUE INDEX entries_by_key ON entries (user_id, feed_id, entry_key);
CREATE INDEX entries_new ON entries (user_id, received_at, id) WHERE seen_at IS NULL;
CREATE INDEX entries_all ON entries (user_id, received_at, id);

-- Entries of feed_id (of any feed when it is empty) that match query are saved
-- with the tags.
CREATE TABLE feed_rules (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    id         BIGINT NOT NULL,
    feed_id    BIGINT,
    query      TEXT   NOT NULL,
    tags       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
