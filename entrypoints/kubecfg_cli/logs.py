"""The log of the service: one line an event on standard error, JSON unless a person is looking."""

import logging
import sys
from typing import Any

import structlog


def configure(level: str) -> None:
    """Send everything that is logged through structlog, with the request's id where there is one."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow={"event", "facts"}),
        _flatten,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    person = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer()
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, renderer]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # alembic tells of each of its own parts at every start.
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # aiosqlite tells of each statement with its values, the hashes of passwords among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)


def _flatten(_logger: Any, _method: str, entry: Any) -> Any:
    """The facts of an event stand beside its name, not one level below."""
    facts = entry.pop("facts", None)
    return {**entry, **facts} if isinstance(facts, dict) else entry
