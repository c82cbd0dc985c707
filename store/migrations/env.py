"""Run by Alembic: applies migrations over the connection that `store.database` hands in, or to BULLETIN_DATABASE."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from store.models import Base


def migrate(connection: Connection) -> None:
    """Apply what is missing; SQLite can't alter most of a table, so Alembic copies it there."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:  # `alembic revision --autogenerate`, `alembic history`
    from rag.settings import Settings
    from store.database import database_url

    with create_engine(database_url(Settings.from_environment())).begin() as opened:
        migrate(opened)
