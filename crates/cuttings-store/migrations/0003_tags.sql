-- Putting a library in order: tags, filters that somebody gave a name, what
-- people correct in an article, pages saved twice, undoing, and the indexes
-- that lists are read from.

ALTER TABLE counters ADD COLUMN next_tag BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_filter BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_undo BIGINT NOT NULL DEFAULT 1;

CREATE TABLE tags (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    id         BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE UNIQUE INDEX tags_by_name ON tags (user_id, name_key);

CREATE TABLE article_tags (
    user_id    BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    tag_id     BIGINT NOT NULL,
    PRIMARY KEY (user_id, article_id, tag_id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id),
    FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id)
) STRICT;
CREATE INDEX article_tags_by_tag ON article_tags (user_id, tag_id, article_id);

-- A filter is kept as the query of the library page it stands for.
CREATE TABLE filters (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    id         BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    query      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;

-- What a person says of an article where the page says otherwise. value is
-- shown, extracted is what the page says; a further capture changes only that.
-- Fields are those of cuttings-model/src/edit.rs; writers stand a line each.
CREATE TABLE article_edits (
    user_id    BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    field      TEXT   NOT NULL,
    value      TEXT,
    extracted  TEXT,
    edited_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, article_id, field),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;

-- An action on many articles, and how each of those it changed was before.
-- Kept for some days, to be undone.
CREATE TABLE undos (
    user_id       BIGINT NOT NULL REFERENCES users (id),
    id            BIGINT NOT NULL,
    action        TEXT   NOT NULL,
    tag_id        BIGINT,
    article_count BIGINT NOT NULL,
    done_at       BIGINT NOT NULL,
    undone_at     BIGINT,
    PRIMARY KEY (user_id, id)
) STRICT;
CREATE TABLE undo_articles (
    user_id     BIGINT NOT NULL,
    undo_id     BIGINT NOT NULL,
    article_id  BIGINT NOT NULL,
    place       BIGINT NOT NULL,
    archived_at BIGINT,
    starred_at  BIGINT,
    PRIMARY KEY (user_id, undo_id, article_id),
    FOREIGN KEY (user_id, undo_id) REFERENCES undos (user_id, id)
) STRICT;

-- twin_of is the older article that seems to hold the same page, until the
-- user has joined them or said that both are to be kept (twin_kept).
ALTER TABLE articles ADD COLUMN canonical_page_key TEXT;
ALTER TABLE articles ADD COLUMN twin_of BIGINT;
ALTER TABLE articles ADD COLUMN twin_kept BIGINT NOT NULL DEFAULT 0;
CREATE INDEX articles_by_canonical_page ON articles (user_id, canonical_page_key);

-- Further addresses that lead to an article: those of articles joined to it.
CREATE TABLE article_addresses (
    user_id    BIGINT NOT NULL,
    page_key   TEXT   NOT NULL,
    article_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, page_key),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;

-- The headline folded, or the address; lists are sorted by it.
ALTER TABLE articles ADD COLUMN title_key TEXT COLLATE BINARY NOT NULL DEFAULT '';
UPDATE articles SET title_key = lower(substr(coalesce(headline, given_url), 1, 80));

-- Lists ask this one for any filter and any order, without touching the rows.
DROP INDEX articles_all;
CREATE INDEX articles_shelf ON articles (
    user_id, saved_at, id, archived_at, starred_at, state, language, reading_minutes, word_count,
    published_at, read_at, deleted_at
) WHERE deleted_at IS NULL;
CREATE INDEX articles_by_title ON articles (
    user_id, title_key, id, archived_at, starred_at, state, deleted_at
) WHERE deleted_at IS NULL;
CREATE INDEX articles_by_publication ON articles (
    user_id, publication, saved_at, id, archived_at, deleted_at
);
CREATE INDEX articles_by_author ON articles (user_id, author_key, id);
CREATE INDEX articles_by_site ON articles (user_id, site, id);
CREATE INDEX articles_unsettled ON articles (user_id, state, reason_code, saved_at, id)
    WHERE deleted_at IS NULL AND state <> 'ready';
CREATE INDEX articles_deleted ON articles (user_id, id) WHERE deleted_at IS NOT NULL;
