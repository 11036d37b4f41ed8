from tests.contract.storages import storage
from tests.databases import postgres_server, postgres_template, sqlite_template

__all__ = ["postgres_server", "postgres_template", "sqlite_template", "storage"]
