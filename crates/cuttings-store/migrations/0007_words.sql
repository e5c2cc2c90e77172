-- The words of a library's articles, for "did you mean". Each stands once,
-- folded, forwards and backwards so that both ends can be looked up, with how it
-- was first spelt. A word stays when
-- its last article goes; the search index is asked before it is proposed.

CREATE TABLE words (
    user_id   BIGINT NOT NULL REFERENCES users (id),
    word      TEXT COLLATE BINARY NOT NULL,
    backwards TEXT COLLATE BINARY NOT NULL,
    spelt     TEXT   NOT NULL,
    PRIMARY KEY (user_id, word)
) STRICT;
CREATE INDEX words_backwards ON words (user_id, backwards);
