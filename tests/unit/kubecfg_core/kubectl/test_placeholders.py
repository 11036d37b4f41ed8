import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.kubectl.placeholders import filled, placeholders

PATCH = 'patch secret db --type merge -p \'{"stringData":{"VALUE":"VALUE"}}\''


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("set image deploy/web web=example.com/web:TAG", ["TAG"]),
        (PATCH, ["VALUE"]),
        ("create secret docker-registry a --docker-username=USER --docker-password=PASSWORD", ["USER", "PASSWORD"]),
        ("set env deploy/web USER=root", []),
        ("get pods -l TAG=a", []),
        ("annotate pod web a=VALUE-1", []),
    ],
)
def test_words_in_the_place_of_a_value_are_found(command: str, found: list[str]) -> None:
    assert placeholders(command) == found


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_any_value_arrives_in_the_patch_as_it_is(value: str) -> None:
    *_, patch = shlex.split(filled(PATCH, {"VALUE": value}))

    assert json.loads(patch) == {"stringData": {"VALUE": value}}


def test_what_is_not_given_stays() -> None:
    assert filled("set image deploy/web web=web:TAG", {"VALUE": "a"}) == "set image deploy/web web=web:TAG"
