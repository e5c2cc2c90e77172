-- Tags, and filters that somebody gave a name.

ALTER TABLE counters ADD COLUMN next_tag BIGINT NOT NULL DEFAULT 1;
ALTER TABLE counters ADD COLUMN next_filter BIGINT NOT NULL DEFAULT 1;

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
