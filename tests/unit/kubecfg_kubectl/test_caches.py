import os
from pathlib import Path

import pytest

from kubecfg_kubectl import caches


def test_without_a_root_there_is_no_cache() -> None:
    assert not Path(caches.folder(None, "key")).parent.is_dir()


def test_each_key_has_a_private_folder(tmp_path: Path) -> None:
    mine, theirs = caches.folder(tmp_path / "root", "a"), caches.folder(tmp_path / "root", "b")

    assert mine != theirs
    assert Path(mine).stat().st_mode & 0o777 == 0o700


def test_the_oldest_folder_goes_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "MOST", 2)
    for age, key in enumerate(("new", "old"), start=1):
        os.utime(caches.folder(tmp_path, key), (1000 - age, 1000 - age))

    caches.folder(tmp_path, "newest")

    assert {path.name for path in tmp_path.iterdir()} == {"new", "newest"}
