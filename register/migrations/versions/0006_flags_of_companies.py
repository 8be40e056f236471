"""Liquidations and subtypes of companies; of officers, appointments before 1992 and the kind of body"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Liquidations and subtypes of companies; of officers, appointments before 1992 and the kind of body"""
    op.add_column("company_version", sa.Column("been_liquidated", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("subtype", sa.Text(), nullable=True))
    op.add_column("company_version", sa.Column("annotations", sa.Text(), nullable=True))
    op.add_column("officer_version", sa.Column("appointed_before", sa.Date(), nullable=True))
    op.add_column("accounts_version", sa.Column("fixed_assets", sa.Float(precision=53), nullable=True))
    op.add_column("officer_version", sa.Column("identification", sa.Text(), nullable=True))
