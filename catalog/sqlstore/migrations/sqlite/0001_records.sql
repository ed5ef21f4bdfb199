-- Keys are blobs, which compare bytewise. The value comes last, so that reading
-- the columns before it does not touch the pages of a large one.
CREATE TABLE {prefix}records (
	key      BLOB    NOT NULL PRIMARY KEY,
	revision INTEGER NOT NULL,
	value    BLOB    NOT NULL
) STRICT;

CREATE INDEX {prefix}records_by_revision ON {prefix}records (revision);

-- What was deleted, and not put again since; the oldest are forgotten.
CREATE TABLE {prefix}deletions (
	key      BLOB    NOT NULL PRIMARY KEY,
	revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX {prefix}deletions_by_revision ON {prefix}deletions (revision);

-- One row: the newest revision, the revision up to which deletions are
-- forgotten, and how many are not.
CREATE TABLE {prefix}state (
	id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	revision  INTEGER NOT NULL,
	floor     INTEGER NOT NULL,
	deletions INTEGER NOT NULL
) STRICT;

INSERT INTO {prefix}state (id, revision, floor, deletions) VALUES (1, 0, 0, 0);
