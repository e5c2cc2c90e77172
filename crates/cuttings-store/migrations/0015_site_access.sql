-- What users have given us to show to single sites: headers and cookies, sealed
-- under the key of the installation, which does not stand in the database.
CREATE TABLE site_access (
    user_id    BIGINT NOT NULL REFERENCES users (id),
    -- Host, and port if it is not the usual one, in the one form hosts have.
    site       TEXT   NOT NULL,
    subdomains BIGINT NOT NULL,
    plain_http BIGINT NOT NULL,
    -- Names of the headers, as a JSON list. They are shown; the values never are.
    names      TEXT   NOT NULL,
    -- The values, sealed. Which key did it says key_mark.
    sealed     TEXT   NOT NULL,
    key_mark   TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (user_id, site)
) STRICT;
