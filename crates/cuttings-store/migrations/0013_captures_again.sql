-- Capturing a page again: what further visits brought, which capture the user
-- chose to be shown, what was edited since, and when the next visit is due.

-- The capture whose page a visit found unchanged: the site said so, or sent the
-- same bytes.
ALTER TABLE captures ADD COLUMN same_as BIGINT;

-- Why a capture that was kept is not shown, for people.
ALTER TABLE extractions ADD COLUMN not_shown TEXT;

-- 1 when the user chose the capture that is shown; then no visit changes it.
ALTER TABLE articles ADD COLUMN capture_chosen BIGINT NOT NULL DEFAULT 0;

-- An edit by the outlet: between which captures, when it was found, whether the
-- page says so (noted, dated, silent), and since when the user knows.
ALTER TABLE articles ADD COLUMN edited_at BIGINT;
ALTER TABLE articles ADD COLUMN edited_from BIGINT;
ALTER TABLE articles ADD COLUMN edited_to BIGINT;
ALTER TABLE articles ADD COLUMN edited_how TEXT;
ALTER TABLE articles ADD COLUMN edit_seen_at BIGINT;
CREATE INDEX articles_edited ON articles (user_id, id) WHERE edited_at IS NOT NULL;

-- every is day, week or month.
CREATE TABLE schedules (
    user_id    BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    every      TEXT   NOT NULL,
    until_at   BIGINT,
    next_at    BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, article_id),
    FOREIGN KEY (user_id, article_id) REFERENCES articles (user_id, id)
) STRICT;
CREATE INDEX schedules_due ON schedules (next_at);
