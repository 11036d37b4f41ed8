from decimal import Decimal

import pytest

from kubecfg_core.quantity import parse_quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100m", "0.1"), ("2", "2"), (3, "3"), ("1.5Gi", "1610612736"), ("1Ki", "1024"), ("5k", "5000"),
        ("250000000n", "0.25"), ("1e3", "1000"), ("1E", "1e18"), ("-1", "-1"), ("10u", "0.00001"),
    ],
)  # fmt: skip
def test_a_quantity_is_read_as_kubernetes_reads_it(text: str | int, expected: str) -> None:
    assert parse_quantity(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "m", "Gi", "many", "1.2.3", "NaN", "Infinity", "1 Gi x"])
def test_a_quantity_that_cannot_be_read_counts_nothing(text: str) -> None:
    assert parse_quantity(text) == 0
