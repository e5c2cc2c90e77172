-- The words of all articles. Holds terms, not text, and can be dropped and
-- built again from article_bodies.
CREATE TABLE search_index (
    user_id BIGINT   NOT NULL,
    id      BIGINT   NOT NULL,
    words   TSVECTOR NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX search_index_words ON search_index USING gin (words);
