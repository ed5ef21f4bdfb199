-- Keys are bytes, which compare bytewise whatever the collation.
CREATE TABLE {schema}{prefix}records (
	key      BYTEA  NOT NULL PRIMARY KEY,
	revision BIGINT NOT NULL,
	value    BYTEA  NOT NULL
);

CREATE INDEX {prefix}records_by_revision ON {schema}{prefix}records (revision);

-- What was deleted, and not put again since; the oldest are forgotten.
CREATE TABLE {schema}{prefix}deletions (
	key      BYTEA  NOT NULL PRIMARY KEY,
	revision BIGINT NOT NULL
);

CREATE INDEX {prefix}deletions_by_revision ON {schema}{prefix}deletions (revision);

-- One row: the newest revision, the revision up to which deletions are
-- forgotten, and how many are not. Whoever writes locks it first. The room left
-- in its page lets it change in place.
CREATE TABLE {schema}{prefix}state (
	id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	revision  BIGINT  NOT NULL,
	floor     BIGINT  NOT NULL,
	deletions BIGINT  NOT NULL
) WITH (fillfactor = 10);

INSERT INTO {schema}{prefix}state (id, revision, floor, deletions) VALUES (1, 0, 0, 0);

-- The last revision that each open store has committed, by which it finds out
-- what became of a COMMIT that had no answer.
CREATE TABLE {schema}{prefix}writers (
	id       TEXT        NOT NULL PRIMARY KEY,
	revision BIGINT      NOT NULL,
	seen     TIMESTAMPTZ NOT NULL
) WITH (fillfactor = 10);
