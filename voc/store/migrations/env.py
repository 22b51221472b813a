"""What Alembic runs: on the connection that `voc.store.schema` gives it, inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
