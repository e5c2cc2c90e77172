INSERT INTO highlight_words (user_id, word, highlight_id)
SELECT DISTINCT h.user_id, w.word, h.id
FROM highlights h, regexp_split_to_table(h.words_key, ' ') AS w (word)
WHERE w.word <> '';
