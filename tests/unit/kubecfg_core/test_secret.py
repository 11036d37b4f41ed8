import json
import pickle
from collections.abc import Callable

import pytest

from kubecfg_core.secret import Secret


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "%s".__mod__])
def test_a_secret_never_shows_its_text(shown: Callable[[object], str]) -> None:
    assert "hunter2" not in shown(Secret("hunter2"))


def test_a_secret_reveals_its_text_when_asked() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_secrets_of_the_same_text_are_equal() -> None:
    assert Secret("a") == Secret("a")


def test_a_secret_does_not_equal_its_text() -> None:
    assert Secret("a") != "a"


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("hunter2"))


def test_a_secret_is_not_json() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": Secret("hunter2")})
