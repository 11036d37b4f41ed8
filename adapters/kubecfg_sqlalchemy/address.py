"""DATABASE_URL, as people write it, to the URL that SQLAlchemy's asynchronous drivers take."""

import importlib.util
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kubecfg_core.errors import SettingsError

_VARIABLE: Final = "DATABASE_URL"
_DRIVERS: Final = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
_OPTIONS: Final = {"host", "port", "ssl", "sslmode"}
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def parse_url(text: str) -> URL:
    """The URL with its driver. Raises `SettingsError` that names DATABASE_URL and quotes nothing of it."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise SettingsError(f"{_VARIABLE}: it is not a URL like postgresql://user:password@host/name.") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise SettingsError(f"{_VARIABLE}: it must begin with postgresql:// or sqlite:///.")
    url = url.set(drivername=driver)
    return _sqlite(url) if driver == "sqlite+aiosqlite" else _postgres(url)


def _sqlite(url: URL) -> URL:
    if url.host or url.username or url.password or url.query:
        raise SettingsError(f"{_VARIABLE}: SQLite's is sqlite:/// and a path (four slashes: an absolute one), no more.")
    if not url.database or url.database == ":memory:":
        raise SettingsError(f"{_VARIABLE}: it must name a file, as in sqlite:////var/lib/kubecfg/kubecfg.db.")
    return url


def _postgres(url: URL) -> URL:
    if importlib.util.find_spec("asyncpg") is None:
        raise SettingsError(f"{_VARIABLE}: PostgreSQL needs asyncpg: pip install 'kubecfg[postgres]'.")
    if not url.database:
        raise SettingsError(f"{_VARIABLE}: it names no database: postgresql://user:password@host/name.")
    if set(url.query) - _OPTIONS:
        raise SettingsError(f"{_VARIABLE}: of the options, only {', '.join(sorted(_OPTIONS))} are known.")
    mode = url.query.get("ssl", url.query.get("sslmode"))
    if mode is None:
        return url
    if mode not in _SSL_MODES:
        raise SettingsError(f"{_VARIABLE}: sslmode is one of {', '.join(_SSL_MODES)}.")
    # libpq calls it sslmode, which is what people copy; asyncpg calls it ssl and takes the same words.
    return url.difference_update_query(["ssl", "sslmode"]).update_query_dict({"ssl": mode})
