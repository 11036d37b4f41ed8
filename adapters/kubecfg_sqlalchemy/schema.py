"""The tables as the code sees them. The migrations make them; a test holds the two together."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment: stored in UTC and read back with its zone, which SQLite would forget."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From UTC, whether the driver says so or not."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows itself in a column that is called INTEGER exactly.
_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s",
    }
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("token_version", sa.Integer, nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("issuer", "username"),
    sqlite_autoincrement=True,
)

clusters = sa.Table(
    "clusters",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("user_id", _Id, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("cluster_name", sa.Text, nullable=False),
    sa.Column("server_url", sa.Text, nullable=False),
    sa.Column("verify_tls", sa.Boolean, nullable=False),
    sa.Column("tls_server_name", sa.Text),
    sa.Column("credentials", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("ca_digest", sa.Text),
    sa.Column("credential_expires_at", UtcDateTime),
    sa.Column("expiry_announced", sa.Integer),
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("llm_privacy", sa.Text),
    sa.Column("context_name", sa.Text, nullable=False),
    sa.Column("provider_name", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("is_operator_installed", sa.Boolean, nullable=False),
    sa.Column("selected", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("user_id", "cluster_name"),
    sqlite_autoincrement=True,
)

# One text for each key that ever sealed here: it tells a key from another of the same name.
key_checks = sa.Table(
    "key_checks",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", _Id, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.UniqueConstraint("event_id"),
    sqlite_autoincrement=True,
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", _Id, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("cluster_id", _Id),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Index("ix_audit_at", "at"),
    sqlite_autoincrement=True,
)

# They go with their cluster and with their user.
grants = sa.Table(
    "grants",
    metadata,
    sa.Column("cluster_id", _Id, sa.ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", _Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("namespaces", sa.JSON(none_as_null=True)),
    sa.Column("selected", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_grants_user_id", "user_id"),
)

login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Column("blocked_until", UtcDateTime, nullable=False),
    sa.Index("ix_login_attempts_last_at", "last_at"),
)

# What a language model answered each user, as it came: masked. They go with their user, as what was spent does.
llm_answers = sa.Table(
    "llm_answers",
    metadata,
    sa.Column("user_id", _Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Index("ix_llm_answers_until", "until"),
)

llm_tokens = sa.Table(
    "llm_tokens",
    metadata,
    sa.Column("user_id", _Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("tokens", sa.BigInteger, nullable=False),
)

_LARGEST_ID = 2**63 - 1


def fits_id(number: int) -> bool:
    """Whether it can be a row's id: a larger one is no error of the caller's, only nobody's."""
    return 0 < number <= _LARGEST_ID


def fits_text(text: str) -> bool:
    """Whether both databases can hold it: no NUL, no half of a surrogate pair."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
