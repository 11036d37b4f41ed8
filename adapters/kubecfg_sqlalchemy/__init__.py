"""The stored clusters, users and waiting events: SQLAlchemy over SQLite or PostgreSQL."""

from kubecfg_sqlalchemy.database import Database

__all__ = ["Database"]
