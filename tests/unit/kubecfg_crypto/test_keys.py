import base64
import hashlib
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kubecfg_core.errors import SettingsError
from kubecfg_core.secret import Secret
from kubecfg_crypto import load_jwt_secret, load_keys

KEY = base64.b64encode(hashlib.sha256(b"one").digest()).decode()
OTHER = base64.urlsafe_b64encode(hashlib.sha256(b"two").digest()).decode()
Load = Callable[[Path], object]


def load_both(data_dir: Path) -> object:
    return load_keys(None, data_dir), load_jwt_secret(None, data_dir)


def test_the_first_key_of_the_setting_comes_first(tmp_path: Path) -> None:
    keys = load_keys(Secret(f"k2:{KEY}, k1:{OTHER}"), tmp_path)

    assert [key_id for key_id, _ in keys] == ["k2", "k1"]
    assert [len(key) for _, key in keys] == [32, 32]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "setting",
    [
        "", KEY, ":" + KEY, "k1:", "k 1:" + KEY, "k.1:" + KEY, f"k1:{KEY},", f"k1:{KEY},k1:{OTHER}", "k1:not base64!",
        "k1:" + base64.b64encode(b"short").decode(),
        "k1:" + base64.b64encode(hashlib.sha512(b"").digest()[:33]).decode(),
        "k1:" + base64.b64encode(bytes(32)).decode(),
        "k1:" + base64.b64encode(bytes(range(32))).decode(),
    ],
)  # fmt: skip
def test_a_wrong_key_setting_names_the_variable_and_shows_no_key(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match="KUBECFG_ENCRYPTION_KEYS") as caught:
        load_keys(Secret(setting), tmp_path)

    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "setting",
    [
        "", "secret", "changeme", "your-secret-key-here", "short-but-random-Zq8", "A" * 64, "ab" * 32,
        "1234567890" * 4, "abcdefghijklmnopqrstuvwxyz0123456789", "password" * 8,
        "your-super-secret-key-change-this-in-production",
        "your_jwt_secret_key_please_change_me_9f8e7d",
        "a-string-secret-at-least-256-bits-long",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    ],
)  # fmt: skip
def test_a_weak_jwt_secret_is_refused_by_the_name_of_its_variable(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match="JWT_SECRET_KEY") as caught:
        load_jwt_secret(Secret(setting), tmp_path)

    assert not setting or setting not in str(caught.value)


@pytest.mark.parametrize("make", [secrets.token_hex, secrets.token_urlsafe, lambda size: KEY[:size]])
def test_a_random_jwt_secret_is_taken(tmp_path: Path, make: Callable[[int], str]) -> None:
    text = make(32)

    assert load_jwt_secret(Secret(text), tmp_path) == Secret(text)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_set_is_made_once_and_kept(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "data"

    made = load_both(data_dir)

    assert load_both(data_dir) == made
    assert sorted(path.name for path in data_dir.iterdir()) == ["encryption-keys", "jwt-secret"]


def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    load_both(data_dir)

    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()} == {0o600}


def test_making_is_said_without_saying_what(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    load_both(tmp_path)
    load_both(tmp_path)

    assert [record.message.partition(" ")[0] for record in caplog.records] == [
        "KUBECFG_ENCRYPTION_KEYS",
        "JWT_SECRET_KEY",
    ]
    for path in tmp_path.iterdir():
        assert path.read_text() not in caplog.text


def test_no_two_services_make_the_same(tmp_path: Path) -> None:
    assert load_keys(None, tmp_path / "a") != load_keys(None, tmp_path / "b")
    assert load_jwt_secret(None, tmp_path / "a") != load_jwt_secret(None, tmp_path / "b")


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name, load, variable in (
        ("encryption-keys", lambda: load_keys(None, tmp_path), "KUBECFG_ENCRYPTION_KEYS"),
        ("jwt-secret", lambda: load_jwt_secret(None, tmp_path), "JWT_SECRET_KEY"),
    ):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text("damaged")
        with pytest.raises(SettingsError, match=f"{variable}.*{name}"):
            load()
