import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.unit.docs import pages

PAGES = sorted([*pages.DOCS.glob("*.md"), *(pages.ROOT / name for name in ("README.md", "CONTRIBUTING.md"))])
OURS = [path for path in PAGES if path.name != "service-api.md"]  # that one is somebody else's, word for word


def links(page: str) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in target]


def anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_each_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in links(path.read_text()):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)

    assert broken == []


def test_every_page_is_linked_from_the_readme_or_another_page() -> None:
    linked = {(path.parent / link.partition("#")[0]).resolve() for path in OURS for link in links(path.read_text())}

    assert [path.name for path in PAGES if path.name != "README.md" and path.resolve() not in linked] == []


def test_every_tox_environment_is_described_to_contributors() -> None:
    tox = ConfigParser()
    tox.read(pages.ROOT / "tox.ini")
    listed = set(tox["tox"]["env_list"].replace(",", " ").split())
    named = {section.removeprefix("testenv:") for section in tox.sections() if section.startswith("testenv:")}
    page = (pages.ROOT / "CONTRIBUTING.md").read_text()

    assert [name for name in sorted(listed | named) if not re.search(rf"`(tox run -e )?{name}`", page)] == []


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((pages.ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"## [{version}]" in (pages.ROOT / "CHANGELOG.md").read_text()
