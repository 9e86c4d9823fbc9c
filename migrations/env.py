"""How Alembic reaches the database: through the connection that `mir.catalogue.migrate` gives.

That connection already is in a transaction, so nothing is begun or committed here.
"""

from alembic import context

from mir.catalogue.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
