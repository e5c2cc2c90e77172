-- Feeds people subscribe to, what they bring, and what is done with it.

ALTER TABLE counters ADD COLUMN next_feed BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_entry BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_feed_rule BIGINT NOT NULL DEFAULT 1;

-- poll_at is when the feed is asked next; a worker that asks moves it on and
-- raises fence, as with jobs. read_at is when it was last read whole, not
-- answered by "not changed". own_title is what the user calls it.
CREATE TABLE feeds (
    user_id       BIGINT NOT NULL REFERENCES users (id),
    id            BIGINT NOT NULL,
    url           TEXT   NOT NULL,
    url_key       TEXT   NOT NULL,
    site_url      TEXT,
    title         TEXT   NOT NULL,
    own_title     TEXT,
    folder        TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    poll_at       BIGINT NOT NULL,
    fence         BIGINT NOT NULL,
    polled_at     BIGINT,
    read_at       BIGINT,
    changed_at    BIGINT,
    failures      BIGINT NOT NULL,
    reason_code   TEXT,
    reason_text   TEXT,
    created_at    BIGINT NOT NULL,
    deleted_at    BIGINT,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE UNIQUE INDEX feeds_by_url ON feeds (user_id, url_key);
CREATE INDEX feeds_due ON feeds (poll_at) WHERE state = 'active' AND deleted_at IS NULL;
CREATE INDEX feeds_deleted ON feeds (deleted_at) WHERE deleted_at IS NOT NULL;

-- entry_key is what the feed names the entry by, print_key what it says: a feed
-- that names its entries anew is recognised by that. sort_at is the place in
-- the stream, offered_at when the feed last offered the entry.
CREATE TABLE entries (
    user_id      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    feed_id      BIGINT NOT NULL,
    entry_key    TEXT   NOT NULL,
    print_key    TEXT   NOT NULL,
    url          TEXT,
    title        TEXT   NOT NULL,
    author       TEXT,
    language     TEXT,
    html         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    word_count   BIGINT NOT NULL,
    published_at BIGINT,
    received_at  BIGINT NOT NULL,
    sort_at      BIGINT NOT NULL,
    offered_at   BIGINT NOT NULL,
    seen_at      BIGINT,
    article_id   BIGINT,
    rule_id      BIGINT,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, feed_id) REFERENCES feeds (user_id, id)
) STRICT;
CREATE UNIQUE INDEX entries_by_key ON entries (user_id, feed_id, entry_key);
CREATE INDEX entries_by_feed ON entries (user_id, feed_id, sort_at, id);
CREATE INDEX entries_new ON entries (user_id, sort_at, id) WHERE seen_at IS NULL;
CREATE INDEX entries_unseen ON entries (user_id, feed_id) WHERE seen_at IS NULL;
CREATE INDEX entries_to_save ON entries (user_id, feed_id)
    WHERE rule_id IS NOT NULL AND article_id IS NULL;
CREATE INDEX entries_all ON entries (user_id, sort_at, id);
CREATE INDEX entries_saved ON entries (user_id, article_id) WHERE article_id IS NOT NULL;

-- Entries of feed_id (of any feed when it is empty) that match query are saved
-- with the tags, a JSON list.
CREATE TABLE feed_rules (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    id         BIGINT NOT NULL,
    feed_id    BIGINT,
    query      TEXT   NOT NULL,
    tags       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;

-- Which feed, and which rule if it was one, brought an article into the
-- library. Says it in words, so that it stays true when both are gone.
CREATE TABLE feed_saves (
    user_id    BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    feed_id    BIGINT NOT NULL,
    feed_title TEXT   NOT NULL,
    rule_id    BIGINT,
    rule_query TEXT,
    saved_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, article_id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;
CREATE INDEX feed_saves_by_rule ON feed_saves (user_id, rule_id) WHERE rule_id IS NOT NULL;
