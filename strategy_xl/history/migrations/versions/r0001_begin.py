"""The first schema: shares, books, runs, nights, blocks, entities, states."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _book() -> sa.Column[int]:
    return sa.Column("book", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("place", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "books",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("share", sa.Integer, sa.ForeignKey("shares.id"), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("content_day", sa.Date),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("alerts", sa.JSON),
        sa.UniqueConstraint("share", "path"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("share", sa.Integer, sa.ForeignKey("shares.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32)),
        sa.Column("program", sa.Text, nullable=False),
    )
    op.create_index("ix_runs_day", "runs", ["day"])
    op.create_table(
        "nights",
        _book(),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("failure", sa.String(8)),
        sa.Column("reference_day", sa.Date),
        sa.Column("counts", sa.JSON),
        sa.Column("completeness", sa.JSON),
        sa.Column("alerts", sa.JSON),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_nights_day", "nights", ["day"])
    op.create_index("ix_nights_run", "nights", ["run"])
    op.create_table(
        "blocks",
        _book(),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("block", sa.String(40), nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entities",
        _book(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cell", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("state_day", sa.Date, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("latest", sa.JSON),
        sa.UniqueConstraint("book", "kind", "identity"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entities_kind", "entities", ["kind"])
    op.create_table(
        "states",
        _book(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("is_there", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.String(40)),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("missing", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_states_day", "states", ["day"])
