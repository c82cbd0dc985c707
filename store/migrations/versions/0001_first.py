"""Questions, votes, staff, sessions, verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.models import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "asked",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sources", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_asked"),
    )
    for column in ("key", "subject", "asked_at"):
        op.create_index(f"ix_asked_{column}", "asked", [column])
    op.create_table(
        "votes",
        sa.Column("asked_id", sa.String(32), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("voted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("asked_id", name="pk_votes"),
        sa.ForeignKeyConstraint(
            ["asked_id"], ["asked.id"], name="fk_votes_asked_id_asked", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_sessions_staff_id_staff", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])
    op.create_table(
        "verdicts",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_id", sa.String(32), nullable=False),
        sa.Column("staff", sa.String(80), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("ruling", sa.String(10), nullable=False),
        sa.Column("corrected", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "version", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["asked_id"], ["asked.id"], name="fk_verdicts_asked_id_asked"),
    )
    op.create_index("ix_verdicts_asked_id", "verdicts", ["asked_id"])


def downgrade() -> None:
    """Drop them all."""
    for table in ("verdicts", "sessions", "staff", "votes", "asked"):
        op.drop_table(table)
