"""What alerts say, in no language, and of every night: until now only the sentences of the last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; what workbooks had as sentences stays until they are read again."""
    op.create_table(
        "alerts",
        sa.Column("book", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
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
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("action", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
