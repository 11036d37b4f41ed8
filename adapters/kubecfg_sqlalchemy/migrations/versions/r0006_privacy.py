"""What of a cluster a language model may see."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: what is there already has no level of its own."""
    op.add_column("clusters", sa.Column("llm_privacy", sa.Text))
