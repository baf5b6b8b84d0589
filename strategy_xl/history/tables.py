"""The tables of the history.

Everything that belongs to a workbook has the workbook's number first in its key, so that it lies together and
is written together. Days are days of runs. What a kind of entity has as values differs and changes with the
templates: it is one JSON object a state. Codes stand in one text, a space between two.
"""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0004"
"""Version of the schema that this program reads and writes: the newest of ``migrations``."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


_NULLABLE = sa.JSON(none_as_null=True)


def _book() -> sa.Column[int]:
    return sa.Column("book", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True)


shares = sa.Table(
    "shares",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # "." in the database that lies beside its workbooks, else the folder that a run began from.
    sa.Column("place", sa.Text, nullable=False, unique=True),
)

books = sa.Table(
    "books",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("share", sa.Integer, sa.ForeignKey("shares.id"), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    # The newest day on which it was read; NULL until one could be.
    sa.Column("content_day", sa.Date),
    sa.Column("fingerprint", sa.Text, nullable=False, default=""),
    sa.Column("lang", sa.String(2), nullable=False, default=""),
    sa.Column("schema_version", sa.Integer, nullable=False, default=0),
    # Alerts as programs before the table ``alerts`` kept them, until the workbook is read again.
    sa.Column("alerts", _NULLABLE),
    sa.UniqueConstraint("share", "path"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("share", sa.Integer, sa.ForeignKey("shares.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("started", sa.String(32), nullable=False),
    sa.Column("ended", sa.String(32)),
    sa.Column("program", sa.Text, nullable=False),
)

nights = sa.Table(
    "nights",
    metadata,
    _book(),
    sa.Column("day", sa.Date, primary_key=True, index=True),
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("changed", sa.Integer, nullable=False, default=0),
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),
    sa.Column("failure", sa.String(8)),
    sa.Column("reference_day", sa.Date),
    sa.Column("counts", _NULLABLE),
    sa.Column("completeness", _NULLABLE),
    # Code of an alert → how many.
    sa.Column("alerts", _NULLABLE),
    sqlite_with_rowid=False,
)

blocks = sa.Table(
    "blocks",
    metadata,
    _book(),
    sa.Column("kind", sa.String(12), primary_key=True),
    sa.Column("block", sa.String(40), nullable=False),
    sa.Column("sheet", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sqlite_with_rowid=False,
)

digests = sa.Table(
    "digests",
    metadata,
    _book(),
    sa.Column("kind", sa.String(12), primary_key=True),
    # Numbers and digests of the entities of a kind in the order of the sheet (``row_digests``); no names.
    sa.Column("content", sa.LargeBinary, nullable=False),
)

entities = sa.Table(
    "entities",
    metadata,
    _book(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(12), nullable=False, index=True),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("cell", sa.String(12), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    # Day of its newest state.
    sa.Column("state_day", sa.Date, nullable=False),
    # Tells whether anything of it is another than when it was last written; 0 where nobody said.
    sa.Column("digest", sa.BigInteger, nullable=False, default=0),
    # Values that change with the day alone, as they are now.
    sa.Column("latest", _NULLABLE),
    sa.UniqueConstraint("book", "kind", "identity"),
    sqlite_with_rowid=False,
)

states = sa.Table(
    "states",
    metadata,
    _book(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True, index=True),
    # False from the day on which it was there no more.
    sa.Column("is_there", sa.Boolean, nullable=False),
    sa.Column("verdict", sa.String(40)),
    sa.Column("values", sa.JSON, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("missing", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

bases = sa.Table(
    "bases",
    metadata,
    _book(),
    # Of its newest content, and of the last day before: another run of the same day begins from that one.
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

changes = sa.Table(
    "changes",
    metadata,
    _book(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True, index=True),
    sa.Column("verdict", sa.String(40), primary_key=True),
    sa.Column("old", sa.Text),
    sa.Column("new", sa.Text),
    sa.Column("why", sa.String(12), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sqlite_with_rowid=False,
)

alerts = sa.Table(
    "alerts",
    metadata,
    _book(),
    # From this day on; until the other one, on which it was no more, or said something else.
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("until", sa.Date),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("block", sa.String(40), nullable=False),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("sheet", sa.Text, nullable=False),
    sa.Column("cell", sa.String(12), nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("severity", sa.String(12), nullable=False),
    sa.Column("stake", sa.Float, nullable=False),
    sa.Column("due", sa.String(10)),
    # Keys of messages and their values (``answers.tellings``).
    sa.Column("text", sa.JSON, nullable=False),
    sa.Column("action", sa.JSON, nullable=False),
    sqlite_with_rowid=False,
)
