import base64
import secrets

import pytest

from kubecfg_core.errors import NotConfigured, SettingsError
from kubecfg_crypto import AesGcmVault

OLD = ("k1", secrets.token_bytes(32))
NEW = ("k2", secrets.token_bytes(32))


def test_the_first_key_seals_and_the_others_still_open() -> None:
    before = AesGcmVault([OLD])
    after = AesGcmVault([NEW, OLD])

    sealed = before.seal(b"token", context="c")

    assert after.open(sealed, context="c") == b"token"
    assert after.seal(b"token", context="c").startswith("v1.k2.")


def test_a_key_that_was_dropped_opens_nothing_and_the_error_says_what_to_set() -> None:
    sealed = AesGcmVault([OLD]).seal(b"token", context="c")

    with pytest.raises(NotConfigured, match="KUBECFG_ENCRYPTION_KEYS"):
        AesGcmVault([NEW]).open(sealed, context="c")


def test_a_text_does_not_open_under_another_keys_name() -> None:
    key = secrets.token_bytes(32)
    vault = AesGcmVault([("k1", key), ("k2", key)])
    sealed = vault.seal(b"token", context="c")

    with pytest.raises(NotConfigured):
        vault.open(sealed.replace("v1.k1.", "v1.k2."), context="c")


def test_each_byte_is_authenticated() -> None:
    vault = AesGcmVault([OLD])
    head, _, body = vault.seal(b"token", context="c").rpartition(".")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))

    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        text = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
        with pytest.raises(NotConfigured):
            vault.open(f"{head}.{text}", context="c")


def test_one_text_is_never_sealed_the_same_twice() -> None:
    vault = AesGcmVault([OLD])

    assert len({vault.seal(b"token", context="c") for _ in range(100)}) == 100


@pytest.mark.parametrize("keys", [[], [("k1", b"short")], [OLD, ("k2", bytes(16))]])
def test_a_ring_without_proper_keys_is_refused(keys: list[tuple[str, bytes]]) -> None:
    with pytest.raises(SettingsError, match="KUBECFG_ENCRYPTION_KEYS"):
        AesGcmVault(keys)


def test_the_vault_does_not_show_its_keys() -> None:
    assert OLD[1].hex() not in repr(AesGcmVault([OLD])) + str(vars(AesGcmVault([OLD])))
