INSERT INTO highlight_words (user_id, word, highlight_id)
SELECT DISTINCT h.user_id, w.value, h.id
FROM highlights h,
     json_each('["' || replace(replace(replace(h.words_key, '\', '\\'), '"', '\"'), ' ', '","')
               || '"]') w
WHERE w.value <> '';
