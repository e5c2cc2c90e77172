-- The first edition: people, articles, captures, pictures, jobs, blobs.
--
-- One text for both engines. Two words are translated by migrate.rs: BIGINT
-- becomes INTEGER for SQLite, and STRICT is left out for PostgreSQL. Instants
-- are milliseconds since 1970 (UTC). Ids are counted per user; the next one
-- comes from the user's row in counters.

CREATE TABLE users (
    id            BIGINT NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    name_key      TEXT   NOT NULL UNIQUE,
    password_hash TEXT   NOT NULL,
    role          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
) STRICT;

CREATE TABLE counters (
    user_id      BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    next_article BIGINT NOT NULL,
    next_capture BIGINT NOT NULL,
    next_job     BIGINT NOT NULL,
    next_token   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE tokens (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    id         BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    token_hash TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT,
    PRIMARY KEY (user_id, id)
) STRICT;

CREATE TABLE attempts (
    subject        TEXT   NOT NULL PRIMARY KEY,
    failures       BIGINT NOT NULL,
    last_failed_at BIGINT NOT NULL
) STRICT;

CREATE TABLE articles (
    user_id             BIGINT NOT NULL REFERENCES users (id),
    id                  BIGINT NOT NULL,
    page_key            TEXT   NOT NULL,
    given_url           TEXT   NOT NULL,
    given_sha1_raw      TEXT   NOT NULL,
    given_sha1_decoded  TEXT   NOT NULL,
    final_url           TEXT,
    final_page_key      TEXT,
    final_sha1_raw      TEXT,
    final_sha1_decoded  TEXT,
    canonical_url       TEXT,
    site                TEXT   NOT NULL,
    headline            TEXT,
    dek                 TEXT,
    byline              TEXT,
    authors             TEXT   NOT NULL,
    author_key          TEXT   NOT NULL,
    publication         TEXT,
    section             TEXT,
    language            TEXT,
    right_to_left       BIGINT NOT NULL,
    published           TEXT,
    published_at        BIGINT,
    modified            TEXT,
    modified_at         BIGINT,
    word_count          BIGINT NOT NULL,
    reading_minutes     BIGINT NOT NULL,
    state               TEXT   NOT NULL,
    reason_code         TEXT,
    reason_text         TEXT,
    retry_at            BIGINT,
    capture_id          BIGINT,
    has_thumbnail       BIGINT NOT NULL,
    saved_at            BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    archived_at         BIGINT,
    starred_at          BIGINT,
    deleted_at          BIGINT,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE UNIQUE INDEX articles_by_page ON articles (user_id, page_key);
CREATE INDEX articles_by_final_page ON articles (user_id, final_page_key);
CREATE INDEX articles_by_given_sha1 ON articles (user_id, given_sha1_raw);
CREATE INDEX articles_by_language ON articles (user_id, language);
CREATE INDEX articles_by_update ON articles (user_id, updated_at);
CREATE INDEX articles_all ON articles (user_id, saved_at, id) WHERE deleted_at IS NULL;
CREATE INDEX articles_unread ON articles (user_id, saved_at, id)
    WHERE deleted_at IS NULL AND archived_at IS NULL;
CREATE INDEX articles_archived ON articles (user_id, saved_at, id)
    WHERE deleted_at IS NULL AND archived_at IS NOT NULL;
CREATE INDEX articles_starred ON articles (user_id, saved_at, id)
    WHERE deleted_at IS NULL AND starred_at IS NOT NULL;

-- What is shown. Derived: it can be made again from the kept capture.
CREATE TABLE article_bodies (
    user_id BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    text    TEXT   NOT NULL,
    html    TEXT   NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, id) REFERENCES articles (user_id, id)
) STRICT;

-- Append-only.
CREATE TABLE captures (
    user_id         BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    article_id      BIGINT NOT NULL,
    origin          TEXT   NOT NULL,
    captured_at     BIGINT NOT NULL,
    requested_url   TEXT   NOT NULL,
    final_url       TEXT,
    status          BIGINT,
    content_type    TEXT,
    body_digest     TEXT,
    body_size       BIGINT NOT NULL,
    exchange_digest TEXT,
    failure         TEXT,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;
CREATE INDEX captures_by_article ON captures (user_id, article_id, id);

-- What the extractor made of a capture. Derived.
CREATE TABLE extractions (
    user_id           BIGINT NOT NULL,
    capture_id        BIGINT NOT NULL,
    extractor_version BIGINT NOT NULL,
    extracted_at      BIGINT NOT NULL,
    details           TEXT   NOT NULL,
    PRIMARY KEY (user_id, capture_id),
    FOREIGN KEY (user_id, capture_id) REFERENCES captures (user_id, id)
) STRICT;

CREATE TABLE pictures (
    user_id      BIGINT NOT NULL,
    article_id   BIGINT NOT NULL,
    capture_id   BIGINT NOT NULL,
    role         TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    digest       TEXT   NOT NULL,
    content_type TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    width        BIGINT,
    height       BIGINT,
    PRIMARY KEY (user_id, capture_id, role, url),
    FOREIGN KEY (user_id, capture_id) REFERENCES captures (user_id, id)
) STRICT;
CREATE INDEX pictures_by_article ON pictures (user_id, article_id, digest);

CREATE TABLE jobs (
    user_id     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    article_id  BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    attempt     BIGINT NOT NULL,
    run_at      BIGINT NOT NULL,
    lease_owner TEXT,
    fence       BIGINT NOT NULL,
    reason      TEXT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'open';
CREATE INDEX jobs_by_article ON jobs (user_id, article_id);

-- A row here says that the bytes are safely in the blob store.
CREATE TABLE blobs (
    digest    TEXT   NOT NULL PRIMARY KEY,
    size      BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
) STRICT;
