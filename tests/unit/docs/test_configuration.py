from pathlib import Path
from typing import Any

import msgspec
import pytest

from kubecfg_runtime.settings import Settings, parse, read_env_file
from tests.unit.docs import pages

PAGE = pages.read("configuration.md")
ROWS = {name: default for name, default, _ in pages.rows(PAGE)}
FIELDS = {field.name.upper(): field for field in msgspec.structs.fields(Settings)}


def shown(default: Any) -> str:
    if default is None:
        return "unset"
    return "empty" if default == () else str(default)


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert ROWS.keys() == FIELDS.keys()


def test_no_setting_is_documented_twice() -> None:
    names = [row[0] for row in pages.rows(PAGE)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", FIELDS)
def test_the_documented_default_is_the_default(name: str) -> None:
    assert ROWS[name] == shown(FIELDS[name].default)


def test_the_complete_example_is_accepted(tmp_path: Path) -> None:
    [(_, text)] = pages.blocks(PAGE, "shell")
    (tmp_path / ".env").write_text(text)

    settings = parse(read_env_file(tmp_path / ".env"))

    assert settings.kubecfg_host == "0.0.0.0"
