-- The words of highlights and their notes, each once a highlight, so that a
-- search looks up which highlights hold a word instead of reading all of them.

CREATE TABLE highlight_words (
    user_id      BIGINT NOT NULL,
    word         TEXT COLLATE BINARY NOT NULL,
    highlight_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, word, highlight_id),
    FOREIGN KEY (user_id, highlight_id) REFERENCES highlights (user_id, id)
) STRICT;
CREATE INDEX highlight_words_by_highlight ON highlight_words (user_id, highlight_id);
