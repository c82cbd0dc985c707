"""A second factor for those of the staff who want one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a second factor needs; nobody has one yet."""
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("factor", sa.String(64), nullable=False, server_default=""))
        staff.add_column(sa.Column("factor_step", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("factor_step")
        staff.drop_column("factor")
