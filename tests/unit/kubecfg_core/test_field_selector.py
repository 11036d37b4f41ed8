import pytest

from kubecfg_core.field_selector import matches_fields

EVENT = {"type": "Warning", "involvedObject": {"name": "web-0"}, "count": 3}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", True),
        ("type=Warning", True),
        ("type==Warning", True),
        ("type!=Warning", False),
        ("type=Normal", False),
        ("involvedObject.name=web-0, count=3", True),
        ("involvedObject.name=web-0,type=Normal", False),
        ("absent=", True),
        ("absent.deeper!=x", True),
        ("type.deeper=x", False),
    ],
)
def test_every_term_must_hold(selector: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches_fields(selector, EVENT) is expected


def test_a_term_without_an_operator_is_no_selector() -> None:
    with pytest.raises(ValueError, match="'type'"):
        matches_fields("type", EVENT)
