"""Lists that hold what has changed since the one before, and nothing else"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lists that hold what has changed since the one before, and nothing else"""
    op.add_column("delivery", sa.Column("increment", sa.Boolean(), server_default=sa.false(), nullable=False))
