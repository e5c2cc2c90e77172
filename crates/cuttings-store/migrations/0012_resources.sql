-- What a page looks like with: its style sheets, fonts and pictures, one row an
-- address. The url is the one the page names, whole and without its fragment.
-- Append-only, as the capture it belongs to.
CREATE TABLE resources (
    user_id         BIGINT NOT NULL,
    article_id      BIGINT NOT NULL,
    capture_id      BIGINT NOT NULL,
    url             TEXT   NOT NULL,
    final_url       TEXT,
    kind            TEXT   NOT NULL,
    status          BIGINT,
    content_type    TEXT,
    digest          TEXT,
    size            BIGINT NOT NULL,
    exchange_digest TEXT,
    failure         TEXT,
    PRIMARY KEY (user_id, capture_id, url),
    FOREIGN KEY (user_id, capture_id) REFERENCES captures (user_id, id)
) STRICT;

-- Says that the resources of a capture were gone for, and how many addresses
-- are not even listed because there were too many.
CREATE TABLE resource_rounds (
    user_id    BIGINT NOT NULL,
    capture_id BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    unlisted   BIGINT NOT NULL,
    failure    TEXT,
    PRIMARY KEY (user_id, capture_id),
    FOREIGN KEY (user_id, capture_id) REFERENCES captures (user_id, id)
) STRICT;

-- A job may be about one capture of its article.
ALTER TABLE jobs ADD COLUMN capture_id BIGINT;

-- What a replay may be looked at with is proven by the sessions of its user.
CREATE INDEX sessions_by_user ON sessions (user_id);
