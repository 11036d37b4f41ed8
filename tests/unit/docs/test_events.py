import ast

import msgspec

from kubecfg_core.audit import ATTEMPT
from kubecfg_core.events import Event
from tests.unit.docs import pages

PAGE = pages.read("events.md")
ROWS = {cells[0]: cells for cells in pages.rows(PAGE)}
TYPES = {name for name in ROWS if "." in name}


CALLS = ("about", "notice", "record")


def announced() -> set[str]:
    """The first argument of every call that makes an event: the types of the events that are written."""
    folders = (pages.ROOT / "kubecfg_core" / "usecases", pages.ROOT / "entrypoints" / "kubecfg_cli")
    modules = [path for folder in folders for path in folder.glob("*.py")]
    calls = [node for path in modules for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    kinds = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in CALLS]
    named = {kind.value for kind in kinds if isinstance(kind, ast.Constant) and isinstance(kind.value, str)}
    return named | {ATTEMPT}


def test_every_event_type_is_documented_and_no_other() -> None:
    assert announced() == TYPES


def test_every_field_of_an_event_is_documented() -> None:
    assert {field.name for field in msgspec.structs.fields(Event)} == ROWS.keys() - TYPES


def test_the_example_is_an_event() -> None:
    [(_, text)] = pages.blocks(PAGE, "json")

    event = msgspec.json.decode(text, type=Event)

    assert event.type in TYPES
    assert msgspec.json.decode(msgspec.json.encode(event)) == msgspec.json.decode(text)
