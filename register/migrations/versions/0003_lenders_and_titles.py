"""Officers, charges, insolvency, accounts, notices, charities, titles and their links to homes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Officers, charges, insolvency, accounts, notices, charities, titles and their links to homes"""
    op.create_table(
        "accounts_version",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("balance_on", sa.Date(), nullable=True),
        sa.Column("dormant", sa.Boolean(), nullable=True),
        sa.Column("staff", sa.Float(precision=53), nullable=True),
        sa.Column("tangible_fixed_assets", sa.Float(precision=53), nullable=True),
        sa.Column("cash", sa.Float(precision=53), nullable=True),
        sa.Column("debtors", sa.Float(precision=53), nullable=True),
        sa.Column("current_assets", sa.Float(precision=53), nullable=True),
        sa.Column("creditors_within_year", sa.Float(precision=53), nullable=True),
        sa.Column("creditors_after_year", sa.Float(precision=53), nullable=True),
        sa.Column("net_current_assets", sa.Float(precision=53), nullable=True),
        sa.Column("net_assets", sa.Float(precision=53), nullable=True),
        sa.Column("turnover", sa.Float(precision=53), nullable=True),
        sa.Column("profit_before_tax", sa.Float(precision=53), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_accounts_version_believed", "accounts_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_accounts_version_id", "accounts_version", ["id"], unique=False)
    op.create_table(
        "charge_version",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.Column("persons_entitled", sa.Text(), nullable=True),
        sa.Column("more_entitled", sa.Boolean(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.Column("acquired_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("satisfied_on", sa.Date(), nullable=True),
        sa.Column("fixed", sa.Boolean(), nullable=True),
        sa.Column("floating", sa.Boolean(), nullable=True),
        sa.Column("all_assets", sa.Boolean(), nullable=True),
        sa.Column("negative_pledge", sa.Boolean(), nullable=True),
        sa.Column("particulars", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_charge_version_believed", "charge_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_charge_version_id", "charge_version", ["id"], unique=False)
    op.create_table(
        "charity_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("reporting", sa.Text(), nullable=True),
        sa.Column("insolvent", sa.Boolean(), nullable=True),
        sa.Column("in_administration", sa.Boolean(), nullable=True),
        sa.Column("year_end", sa.Date(), nullable=True),
        sa.Column("income", sa.Float(precision=53), nullable=True),
        sa.Column("spending", sa.Float(precision=53), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_charity_version_believed", "charity_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_charity_version_id", "charity_version", ["id"], unique=False)
    op.create_table(
        "insolvency_version",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dates", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index(
        "ix_insolvency_version_believed", "insolvency_version", ["feed", "superseded_by", "id"], unique=False
    )
    op.create_index("ix_insolvency_version_id", "insolvency_version", ["id"], unique=False)
    op.create_table(
        "link_version",
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_link_version_believed", "link_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_link_version_id", "link_version", ["id"], unique=False)
    op.create_table(
        "notice_version",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_notice_version_believed", "notice_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_notice_version_id", "notice_version", ["id"], unique=False)
    op.create_table(
        "officer_version",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("person_mark", sa.Text(), nullable=True),
        sa.Column("appointed_on", sa.Date(), nullable=True),
        sa.Column("resigned_on", sa.Date(), nullable=True),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("legal_authority", sa.Text(), nullable=True),
        sa.Column("place_registered", sa.Text(), nullable=True),
        sa.Column("country_registered", sa.Text(), nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_officer_version_believed", "officer_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_officer_version_id", "officer_version", ["id"], unique=False)
    op.create_table(
        "title_version",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tenure", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("schedule", sa.Boolean(), nullable=True),
        sa.Column("proprietors", sa.Text(), nullable=True),
        sa.Column("more_owners", sa.Boolean(), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_title_version_believed", "title_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_title_version_id", "title_version", ["id"], unique=False)
    op.create_table(
        "trace_version",
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("untraced", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_trace_version_believed", "trace_version", ["feed", "superseded_by", "id"], unique=False)
    op.create_index("ix_trace_version_id", "trace_version", ["id"], unique=False)
    op.add_column("company_version", sa.Column("status_detail", sa.Text(), nullable=True))
    op.add_column("company_version", sa.Column("jurisdiction", sa.Text(), nullable=True))
    op.add_column("company_version", sa.Column("accounts_overdue", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("confirmation_overdue", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("has_charges", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("has_insolvency", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("office_in_dispute", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("office_undeliverable", sa.Boolean(), nullable=True))
    op.add_column("company_version", sa.Column("registered_at_home", sa.Text(), nullable=True))
    op.add_column("company_version", sa.Column("home_number", sa.Text(), nullable=True))
