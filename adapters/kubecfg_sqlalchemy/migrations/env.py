"""What alembic runs: the revisions, over the connection and within the transaction that it is given."""

from alembic import context

from kubecfg_sqlalchemy.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
