import inspect

import pytest

from kubecfg_core import errors

TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.KubecfgError) and kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", TREE)
def test_the_docstring_is_the_message_when_none_is_given(kind: type[errors.KubecfgError]) -> None:
    error = kind(rule="r") if kind is errors.CommandRefused else kind()

    assert error.message == inspect.getdoc(kind)


def test_every_code_is_used_once() -> None:
    codes = [kind.code for kind in TREE]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", TREE)
def test_every_error_stands_in_the_tree_at_the_head_of_the_module(kind: type[errors.KubecfgError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
