"""What SQLAlchemy and its drivers raise, as errors of the core."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kubecfg_core.errors import KubecfgError, StorageUnavailable

_UNIQUE: Final = "23505"
_TIMEOUTS: Final = ("57014", "55P03")
_GONE: Final = ("08", "53", "57P")
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextmanager
def translated() -> Iterator[None]:
    """Raise what fails inside as an error of the core; the message holds no statement, value or address."""
    try:
        yield
    except KubecfgError:
        raise
    except (SQLAlchemyError, OSError) as error:
        raise _translate(error) from error


def is_taken(error: IntegrityError) -> bool:
    """Whether it is a unique constraint that was violated (and not a foreign key, say)."""
    return _state(error) == _UNIQUE or _sqlite_name(error) == "SQLITE_CONSTRAINT_UNIQUE"


def _translate(error: SQLAlchemyError | OSError) -> StorageUnavailable:
    if isinstance(error, PoolTimeout):
        return StorageUnavailable("The database has no free connection; try again in a moment.")
    if isinstance(error, TimeoutError):
        return StorageUnavailable("The database did not answer in time.")
    if isinstance(error, OSError):
        return StorageUnavailable("The database cannot be reached.")
    if isinstance(error, DBAPIError):
        return _translate_driver(error)
    return StorageUnavailable("The database could not do what was asked of it.")


def _translate_driver(error: DBAPIError) -> StorageUnavailable:
    state = _state(error)
    if state in _TIMEOUTS or _sqlite_name(error).startswith(_BUSY):
        return StorageUnavailable("The database was busy for too long.")
    if state.startswith(_GONE) or error.connection_invalidated:
        return StorageUnavailable("The connection to the database was lost.")
    if not state and isinstance(error, OperationalError | InterfaceError):
        return StorageUnavailable("The database cannot be read or written.")
    return StorageUnavailable("The database could not do what was asked of it.")


def _state(error: DBAPIError) -> str:
    """PostgreSQL's five characters; empty where there are none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def _sqlite_name(error: DBAPIError) -> str:
    return error.orig.sqlite_errorname if isinstance(error.orig, sqlite3.Error) else ""
