-- The words of all articles. Contentless: it holds terms, not text, and can be
-- dropped and built again from article_bodies. The row number is
-- user_id * 2^31 + article id. The tokenizer only splits at blanks what
-- cuttings-text has already analysed; `ascii` leaves all other letters alone.
CREATE VIRTUAL TABLE search_index USING fts5 (
    headline_exact, headline_stem, about_exact, about_stem, body_exact, body_stem,
    content = '', contentless_delete = 1,
    tokenize = 'ascii'
);
