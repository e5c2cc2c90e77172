-- A digest of what a row says, so that a row that was changed on the disk is
-- noticed: of a capture's own account of the visit, and of the words that are
-- shown. Rows of older libraries have none.
ALTER TABLE captures ADD COLUMN seal TEXT;
ALTER TABLE article_bodies ADD COLUMN seal TEXT;
