"""Runs migrations on the connection that ``register.database.open_database`` hands over."""

from alembic import context

from register.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
context.run_migrations()
