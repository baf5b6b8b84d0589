"""Why verdicts changed: what the last nights remember of the cells, and the changes explained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _book() -> sa.Column[int]:
    return sa.Column("book", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bases",
        _book(),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "changes",
        _book(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("verdict", sa.String(40), primary_key=True),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_day", "changes", ["day"])
