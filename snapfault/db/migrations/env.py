"""Run by alembic with the connection that it is handed."""

from alembic import context

from snapfault.db import base
from snapfault.db import tables

assert tables.Policy.metadata is base.Base.metadata  # it must be imported
connection = context.config.attributes['connection']
context.configure(
    connection=connection,
    target_metadata=base.Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
