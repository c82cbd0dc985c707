"""The conversation before a question, what it was about and how long it took; written answers; roles; the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.models import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, with what held before as their defaults, and two tables."""
    with op.batch_alter_table("asked") as asked:
        asked.add_column(sa.Column("context", sa.Text(), nullable=False, server_default="[]"))
        asked.add_column(sa.Column("before", sa.String(64), nullable=False, server_default=""))
        asked.add_column(sa.Column("district", sa.String(80), nullable=False, server_default=""))
        asked.add_column(sa.Column("topic", sa.Text(), nullable=False, server_default=""))
        asked.add_column(sa.Column("seconds", sa.Double(), nullable=False, server_default="0"))
    with op.batch_alter_table("verdicts") as verdicts:
        verdicts.add_column(sa.Column("written", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("role", sa.String(20), nullable=False, server_default="administrator"))
    op.create_table(
        "phrasings",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("staff", sa.String(80), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "key", name="pk_phrasings"),
    )
    op.create_index("ix_phrasings_key", "phrasings", ["key"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("staff", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("audit")
    op.drop_table("phrasings")
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("role")
    with op.batch_alter_table("verdicts") as verdicts:
        verdicts.drop_column("written")
    with op.batch_alter_table("asked") as asked:
        for column in ("context", "before", "district", "topic", "seconds"):
            asked.drop_column(column)
