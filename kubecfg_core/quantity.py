"""Kubernetes quantities: `100m`, `1.5Gi`, `2e3`."""

from decimal import Decimal, InvalidOperation
from typing import Final

_FACTORS: Final = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(10**3), "M": Decimal(10**6),
    "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18), "Ki": Decimal(2**10),
    "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip


def parse_quantity(text: str | int) -> Decimal:
    """The quantity as a number: cores, bytes or pieces. One that cannot be read counts as 0."""
    try:
        if isinstance(text, int):
            return Decimal(text)
        for length in (2, 1):
            if text[-length:] in _FACTORS and len(text) > length:
                return Decimal(text[:-length]) * _FACTORS[text[-length:]]
        number = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)
