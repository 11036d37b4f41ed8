from tests.databases import database_url, empty_database_url, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "empty_database_url", "postgres_server", "postgres_template", "sqlite_template"]
