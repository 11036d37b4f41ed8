import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubecfg_core.errors import SettingsError
from kubecfg_crypto import read_or_make

RACER = """
import secrets, sys
from pathlib import Path
from kubecfg_crypto import read_or_make
sys.stdin.read(1)
print(read_or_make(Path(sys.argv[1]), lambda: secrets.token_hex(16), variable="X"))
"""


def test_of_processes_that_start_at_once_one_wins_and_all_agree(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    command = [sys.executable, "-c", RACER, str(path)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("x")
        racer.stdin.flush()

    answers = {racer.communicate(timeout=30)[0].strip() for racer in racers}

    assert answers == {path.read_text()}
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_a_loser_takes_the_winners_text(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    def make_too_late() -> str:
        path.touch(0o600)
        path.write_text("the winner's")
        return "the loser's"

    assert read_or_make(path, make_too_late, variable="X") == "the winner's"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_text("text")
    path.chmod(mode)

    with pytest.raises(SettingsError, match=r"^X: .*chmod 600"):
        read_or_make(path, lambda: "made", variable="X")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch(0o600)
    (tmp_path / "elsewhere").write_text("text")
    for name, target in (("link", "elsewhere"), ("dangling", "nowhere")):
        (tmp_path / name).symlink_to(tmp_path / target)

        with pytest.raises(SettingsError, match=r"^X: "):
            read_or_make(tmp_path / name, lambda: "made", variable="X")

    assert not (tmp_path / "nowhere").exists()


def test_a_pipe_does_not_hold_the_start_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(SettingsError, match=r"^X: .*plain file"):
        read_or_make(tmp_path / "pipe", lambda: "made", variable="X")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(0o600)

    with pytest.raises(SettingsError, match=r"^X: .*empty"):
        read_or_make(tmp_path / "secret", lambda: "made", variable="X")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"^X: "):
        read_or_make(tmp_path / "file" / "secret", lambda: "made", variable="X")
