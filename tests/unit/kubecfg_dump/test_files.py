import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from kubecfg_core.errors import InvalidInput, TooLarge
from kubecfg_core.resources import ReadState
from kubecfg_dump import open_dump
from tests.unit.kubecfg_dump.objects import found, mixed, pod, write

PODS = json.dumps(mixed(pod("a", "one"), pod("b", "two"))).encode()
WHOLE = (ReadState.LISTED, ["a", "b"])
MIB = 1024 * 1024


def tar(path: Path, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # the mode is the caller's
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz"])
async def test_a_tar_is_read(mode: str, tmp_path: Path) -> None:
    assert await found(open_dump(tar(tmp_path / "dump", {"d/pods.json": PODS, "d/app.log": b"{"}, mode))) == WHOLE


async def test_a_zip_is_read(tmp_path: Path) -> None:
    assert await found(open_dump(zipped(tmp_path / "dump.zip", {"d/pods.json": PODS}))) == WHOLE


def test_paths_that_lead_elsewhere_are_harmless(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    archive = tar(inside / "dump.tgz", {"../../outside.json": PODS, "/absolute.json": PODS})
    assert open_dump(archive).notes == []
    assert [entry.name for entry in tmp_path.rglob("*")] == ["in", "dump.tgz"]


async def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path, "outside.json", mixed(pod("secret", "one")))
    folder = tmp_path / "dump"
    write(folder, "pods.json", mixed(pod("a", "one"), pod("b", "two")))
    (folder / "link.json").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    assert await found(open_dump(folder)) == WHOLE


async def test_a_device_in_a_folder_does_not_hang_it(tmp_path: Path) -> None:
    write(tmp_path, "pods.json", mixed(pod("a", "one"), pod("b", "two")))
    os.mkfifo(tmp_path / "pipe.json")
    assert await found(open_dump(tmp_path)) == WHOLE


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_what_grows_beyond_the_bound_is_refused(kind: str, tmp_path: Path) -> None:
    files = {"pods.json": PODS, "bomb.json": b" " * (8 * MIB)}
    path = zipped(tmp_path / "x.zip", files) if kind == "zip" else tar(tmp_path / "x.tgz", files)
    assert path.stat().st_size < MIB
    with pytest.raises(TooLarge, match="1 MiB"):
        open_dump(path, max_bytes=MIB)


def test_a_header_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("comment")
    entry.type = tarfile.XHDTYPE
    entry.size = 64 * MIB
    path = tmp_path / "x.tgz"
    path.write_bytes(gzip.compress(entry.tobuf() + b"\0" * (64 * MIB)))
    with pytest.raises(TooLarge):
        open_dump(path, max_bytes=MIB)


def test_a_large_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "{" + " " * MIB + "}")
    with pytest.raises(TooLarge):
        open_dump(tmp_path, max_bytes=MIB)


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8bnot gzip", b"PK\x03\x04not zip", gzip.compress(b"not a tar")],
    ids=["not gzip", "not zip", "not a tar"],
)
def test_a_broken_archive_is_said_to_be(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(InvalidInput, match="archive"):
        open_dump(tmp_path / "x")


def test_an_archive_that_is_cut_off_is_said_to_be(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tgz", {"pods.json": os.urandom(MIB)})
    path.write_bytes(path.read_bytes()[: MIB // 2])
    with pytest.raises(InvalidInput, match="archive"):
        open_dump(path)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("bad.json", "{", "not JSON, or was cut off"),
        ("bad.json", "not json", "not JSON"),
        ("bad.yaml", "a: [", "neither JSON nor YAML"),
        ("bad.yaml", "a: !!python/object/apply:os.system ['true']", "neither JSON nor YAML"),
        ("bad.yaml", BOMB, "aliases"),
        ("deep.yaml", "a: " + "[" * 5000, "neither JSON nor YAML"),
        ("deep.json", '{"a":' + "[" * 100_000, "not JSON"),
    ],
)
async def test_a_bad_file_costs_itself_and_is_noted(name: str, content: str, why: str, tmp_path: Path) -> None:
    write(tmp_path, "pods.json", mixed(pod("a", "one"), pod("b", "two")))
    write(tmp_path, name, content)
    dump = open_dump(tmp_path)
    assert await found(dump) == WHOLE
    assert len(dump.notes) == 1
    assert dump.notes[0].startswith(f"{name}: ")
    assert why in dump.notes[0]


async def test_what_comes_before_the_break_of_a_file_is_read(tmp_path: Path) -> None:
    dump = open_dump(write(tmp_path, "dump.txt", PODS.decode() + '\n{"kind": "Serv'))
    assert await found(dump) == WHOLE
    assert dump.notes == ["dump.txt: it is not JSON, or was cut off."]


async def test_an_odd_entry_costs_itself(tmp_path: Path) -> None:
    items = [pod("a", "one"), pod("b", "two"), {"metadata": {}}, {"metadata": {"name": 1}}]
    dump = open_dump(write(tmp_path, "pods.json", mixed(*items)))
    assert await found(dump) == WHOLE
    assert dump.notes == ["2 of 4 entries of a list are no objects with a name."]


def test_notes_are_bounded(tmp_path: Path) -> None:
    write(tmp_path, "pods.json", mixed(pod("a", "one")))
    for number in range(80):
        write(tmp_path, f"{number}.json", "{")
    assert len(open_dump(tmp_path).notes) == 50
