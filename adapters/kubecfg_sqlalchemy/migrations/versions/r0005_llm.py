"""What a language model answered, and what it cost."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "llm_answers",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_llm_answers"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_llm_answers_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_llm_answers_until", "llm_answers", ["until"])
    op.create_table(
        "llm_tokens",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name="pk_llm_tokens"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_llm_tokens_user_id", ondelete="CASCADE"),
    )
