-- Highlights: marked stretches of an article's clean text.
--
-- What anchors one is its words with those around them, and where they stood,
-- in code points of the clean text of the extraction of capture_id. An orphan
-- (its words are gone) keeps all of it. words_key holds the words and the note
-- as they are searched, see search_highlights.

ALTER TABLE counters ADD COLUMN next_highlight BIGINT NOT NULL DEFAULT 1;

CREATE TABLE highlights (
    user_id    BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    capture_id BIGINT,
    exact      TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    suffix     TEXT   NOT NULL,
    start_at   BIGINT NOT NULL,
    end_at     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    colour     TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    words_key  TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;
CREATE INDEX highlights_by_article ON highlights (user_id, article_id, start_at);
CREATE INDEX highlights_by_time ON highlights (user_id, created_at, id);
