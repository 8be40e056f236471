"""Companies and who controls them"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Companies and who controls them"""
    op.create_table(
        "company_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("country_of_origin", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("incorporated_on", sa.Date(), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("sic", sa.Text(), nullable=True),
        sa.Column("previous_names", sa.Text(), nullable=True),
        sa.Column("accounts_category", sa.Text(), nullable=True),
        sa.Column("accounts_made_up_to", sa.Date(), nullable=True),
        sa.Column("accounts_due_on", sa.Date(), nullable=True),
        sa.Column("confirmation_due_on", sa.Date(), nullable=True),
        sa.Column("confirmation_made_up_to", sa.Date(), nullable=True),
        sa.Column("charges", sa.Integer(), nullable=True),
        sa.Column("charges_outstanding", sa.Integer(), nullable=True),
        sa.Column("charges_part_satisfied", sa.Integer(), nullable=True),
        sa.Column("charges_satisfied", sa.Integer(), nullable=True),
        sa.Column("general_partners", sa.Integer(), nullable=True),
        sa.Column("limited_partners", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("record_digest", sa.String(length=64), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("raw_digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.ForeignKeyConstraint(["superseded_by"], ["run.id"]),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_company_version_believed", "company_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_company_version_id", "company_version", ["id"], unique=False)
    op.create_table(
        "control_version",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("person_mark", sa.Text(), nullable=True),
        sa.Column("natures", sa.Text(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("ceased_on", sa.Date(), nullable=True),
        sa.Column("ceased", sa.Boolean(), nullable=True),
        sa.Column("sanctioned", sa.Boolean(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("restrictions_withdrawn", sa.Text(), nullable=True),
        sa.Column("exemptions", sa.Text(), nullable=True),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("legal_authority", sa.Text(), nullable=True),
        sa.Column("place_registered", sa.Text(), nullable=True),
        sa.Column("country_registered", sa.Text(), nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("office_country", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("record_digest", sa.String(length=64), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("raw_digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.ForeignKeyConstraint(["superseded_by"], ["run.id"]),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_control_version_believed", "control_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_control_version_id", "control_version", ["id"], unique=False)
