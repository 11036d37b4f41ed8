"""Kubernetes quantities: `500m`, `128Mi`, `2`, `1e3`."""

import re
from decimal import Decimal
from typing import Final

_FORM: Final = re.compile(r"([+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE]([+-]?[0-9]{1,2})|([numkMGTPE]|[KMGTPE]i)?)")
_BINARY: Final = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_CPUS: Final = "cpu"


def parse(quantity: str | float | None) -> Decimal | None:
    """The number that a quantity stands for; `None` for what is none."""
    match = _FORM.fullmatch(str(quantity))
    if match is None:
        return None
    number, exponent, unit = Decimal(match[1]), match[2], match[3]
    if exponent:
        return number.scaleb(int(exponent))
    if unit in _BINARY:
        return number * Decimal(1024 ** (_BINARY.index(unit) + 1))
    return number.scaleb(_DECIMAL[unit]) if unit else number


def show(amount: Decimal, resource: str) -> str:
    """An amount as people write it: `500m` or `2` for cpu, `128Mi` for memory and storage, else a plain number."""
    if resource == _CPUS:
        return plain(amount) if amount == amount.to_integral_value() else f"{plain((amount * 1000).quantize(1))}m"
    if "memory" in resource or "storage" in resource:
        for power in range(len(_BINARY), 0, -1):
            if amount and amount % 1024**power == 0:
                return f"{plain(amount / 1024**power)}{_BINARY[power - 1]}"
    return plain(amount)


def plain(amount: Decimal) -> str:
    """The digits, without an exponent or useless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def doubled(quantity: str | float | None) -> str:
    """Twice a quantity of memory, as people write it; empty for what is none."""
    amount = parse(quantity)
    return show(amount * 2, "memory") if amount else ""
