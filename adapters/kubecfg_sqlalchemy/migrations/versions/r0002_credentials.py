"""What is known of a credential without opening it: its key, its CA's digest, its end. And a check for each key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_VERSION_1 = "v1."


def upgrade() -> None:
    """Add the columns and the table, and note the keys of the rows that are there."""
    for column in (
        sa.Column("key_id", sa.Text, nullable=False, server_default=""),
        sa.Column("ca_digest", sa.Text),
        sa.Column("credential_expires_at", sa.DateTime(timezone=True)),
        sa.Column("expiry_announced", sa.Integer),
        sa.Column("uid", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("clusters", column)
    op.create_table(
        "key_checks",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_checks"),
    )
    _note_keys()


def _note_keys() -> None:
    clusters = sa.table("clusters", sa.column("id"), sa.column("credentials"), sa.column("key_id"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(clusters.c.id, clusters.c.credentials)).all():
        key_id = row.credentials.split(".")[1] if row.credentials.startswith(_VERSION_1) else ""
        connection.execute(sa.update(clusters).where(clusters.c.id == row.id).values(key_id=key_id))
