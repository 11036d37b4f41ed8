"""Kubernetes quantities as people write them: `500m`, `128Mi`, `2`."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from kubecfg_core.quantity import parse_quantity

_BINARY: Final = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_MOST: Final = Decimal(10) ** 30


def amount_of(quantity: str | float | None) -> Decimal | None:
    """The number that a quantity stands for; `None` for nothing, for what is no quantity, and beyond all measure."""
    number = parse_quantity(str(quantity))
    return number if 0 < number < _MOST else None


def show(amount: Decimal, resource: str) -> str:
    """An amount as people write it: `500m` or `2` for cpu, `128Mi` for memory and storage, else a plain number."""
    if resource == "cpu":
        return _plain(amount) if amount == amount.to_integral_value() else f"{_plain((amount * 1000).quantize(1))}m"
    if _in_bytes(resource):
        for power in range(len(_BINARY), 0, -1):
            if amount % 1024**power == 0:
                return f"{_plain(amount / 1024**power)}{_BINARY[power - 1]}"
    return _plain(amount)


def rounded(amount: Decimal, resource: str, *, up: bool = False) -> Decimal:
    """The nearest amount that people would write, not above it (or not below): whole millicores, MiB or pieces."""
    unit = Decimal("0.001") if resource == "cpu" else Decimal(2**20 if _in_bytes(resource) else 1)
    return (amount / unit).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * unit


def doubled(quantity: str | float | None) -> str:
    """Twice a quantity of memory, as people write it; empty for what is none."""
    amount = amount_of(quantity)
    return show(amount * 2, "memory") if amount else ""


def _in_bytes(resource: str) -> bool:
    return "memory" in resource or "storage" in resource or resource.startswith("hugepages-")


def _plain(amount: Decimal) -> str:
    """The digits, without an exponent or useless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
