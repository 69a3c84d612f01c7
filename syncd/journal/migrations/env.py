"""Alembic's entry: runs the migrations on the connection that `syncd.journal.migrating` hands over."""

from alembic import context

from syncd.journal.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
