import re
import tomllib
from importlib import import_module
from typing import Any

import pytest

from tests.unit.docs import pages

PAGE = pages.read("architecture.md")
CORE = pages.ROOT / "kubecfg_core"
PORTS = {cells[0]: cells[1:] for cells in pages.rows(PAGE) if cells[0].endswith(".py")}


def twins() -> list[tuple[str, str]]:
    """Each twin's name, and its module below kubecfg_core."""
    halves = [twin.split(" in ", 1) for twin, _ in PORTS.values()]
    return [
        (name, module.replace("/", "."))
        for names, place in halves
        for name in re.findall(r"\w+", names)
        for module in re.findall(r"([\w/]+)\.py", place)
    ]


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((pages.ROOT / "pyproject.toml").read_text())
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def packages(shelf: str) -> set[str]:
    return {folder.parent.name for folder in (pages.ROOT / shelf).glob("kubecfg_*/py.typed")}


def test_the_layers_are_those_of_the_import_contract() -> None:
    [layers] = [contract["layers"] for contract in contracts() if contract["type"] == "layers"]

    assert "\n".join(layers) in PAGE


@pytest.mark.parametrize("contract", [contract["name"] for contract in contracts()])
def test_each_import_contract_is_quoted(contract: str) -> None:
    assert f"**{contract}**" in PAGE


@pytest.mark.parametrize("shelf", ["adapters", "plugins", "entrypoints"])
def test_every_package_of_a_shelf_is_in_the_list_of_folders(shelf: str) -> None:
    folders = pages.blocks(PAGE, "text")[0][1]
    _, _, rest = folders.partition(f"{shelf}/\n")

    listed = re.match(r"(?:  \w+/.*\n)*", rest)

    assert listed is not None
    assert set(re.findall(r"^  (\w+)/", listed[0], re.MULTILINE)) == packages(shelf)


def test_every_port_is_in_the_table() -> None:
    assert PORTS.keys() == {path.name for path in (CORE / "ports").glob("*.py")} - {"__init__.py"}


@pytest.mark.parametrize(("name", "module"), twins())
def test_each_twin_is_where_the_table_says(name: str, module: str) -> None:
    assert hasattr(import_module(f"kubecfg_core.{module}"), name)


def test_every_adapter_package_fills_a_port() -> None:
    named = set(re.findall(r"kubecfg_\w+", " ".join(adapter for _, adapter in PORTS.values())))

    assert packages("adapters") <= named


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(kubecfg_\w+/[\w/]+\.py)`", PAGE))))
def test_each_file_that_is_named_exists(path: str) -> None:
    assert (pages.ROOT / path).exists() or (pages.ROOT / "entrypoints" / path).exists()
