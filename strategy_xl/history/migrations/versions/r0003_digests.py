"""What the entities of a table were like, in the order of the sheet, so that few of them are asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; it fills with the nights."""
    op.create_table(
        "digests",
        sa.Column("book", sa.Integer, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
