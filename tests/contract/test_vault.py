from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.errors import NotConfigured
from kubecfg_core.ports.vault import Vault
from kubecfg_core.secret import Secret
from kubecfg_core.testing.vault import PlainVault
from kubecfg_crypto import AesGcmVault

MakeVault = Callable[[str], Vault]


def make_real(key: str) -> Vault:
    return AesGcmVault([(key, key.encode().ljust(32, b"."))])


@pytest.fixture(params=[PlainVault, make_real], ids=["twin", "aes-gcm"], scope="session")
def make(request: pytest.FixtureRequest) -> MakeVault:
    """Makes a vault of the key that is named."""
    maker: MakeVault = request.param
    return maker


@given(plaintext=st.binary(max_size=300), context=st.text(max_size=50))
def test_what_is_sealed_is_opened_in_its_context(make: MakeVault, plaintext: bytes, context: str) -> None:
    vault = make("k1")

    assert vault.open(vault.seal(plaintext, context=context), context=context) == plaintext


@pytest.mark.parametrize("other", ["", "owner-1", "owner-11 ", "Owner-11", "owner-11\0"])
def test_another_context_does_not_open_it(make: MakeVault, other: str) -> None:
    vault = make("k1")
    sealed = vault.seal(b"token", context="owner-11")

    with pytest.raises(NotConfigured):
        vault.open(sealed, context=other)


def test_another_vault_of_the_same_key_opens_it(make: MakeVault) -> None:
    sealed = make("k1").seal(b"token", context="c")

    assert make("k1").open(sealed, context="c") == b"token"


def test_another_key_does_not_open_it(make: MakeVault) -> None:
    sealed = make("k1").seal(b"token", context="c")

    with pytest.raises(NotConfigured):
        make("k2").open(sealed, context="c")


def test_no_character_can_be_changed(make: MakeVault) -> None:
    vault = make("k1")
    sealed = vault.seal(b"a token of some length", context="c")

    for position, character in enumerate(sealed):
        for other in {"A", "B", "_", "-", "=", ".", " ", "\n", "\u00e9", chr(ord(character) ^ 1), ""} - {character}:
            with pytest.raises(NotConfigured):
                vault.open(sealed[:position] + other + sealed[position + 1 :], context="c")


@pytest.mark.parametrize("end", ["=", "==", "A", ".", " ", "\n", "\0"])
def test_nothing_can_be_added(make: MakeVault, end: str) -> None:
    vault = make("k1")

    with pytest.raises(NotConfigured):
        vault.open(vault.seal(b"token", context="c") + end, context="c")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "v1", "v1.k1", "v1.k1.", "v2.k1.AAAA", "v1.k1.\u00e9", "x" * 9999]
)
def test_what_was_never_sealed_does_not_open(make: MakeVault, text: str) -> None:
    with pytest.raises(NotConfigured):
        make("k1").open(text, context="c")


def test_the_refusal_holds_neither_key_nor_text(make: MakeVault) -> None:
    vault = make("a-recognisable-key")
    sealed = vault.seal(b"token", context="c")

    with pytest.raises(NotConfigured) as caught:
        vault.open(sealed, context="other")

    assert "recognisable" not in caught.value.message
    assert sealed.rpartition(".")[2] not in caught.value.message


def test_it_tells_which_key_sealed(make: MakeVault) -> None:
    vault = make("k1")

    assert vault.key_of(vault.seal(b"token", context="c")) == vault.key_id
    assert vault.key_id in vault.key_ids


def test_a_fingerprint_tells_one_secret_from_another(make: MakeVault) -> None:
    vault = make("k1")

    assert vault.fingerprint(Secret("token")) == vault.fingerprint(Secret("token"))
    assert vault.fingerprint(Secret("token")) != vault.fingerprint(Secret("tokem"))


def test_a_fingerprint_cannot_be_tried_out_without_the_key(make: MakeVault) -> None:
    assert make("k1").fingerprint(Secret("token")) != make("k2").fingerprint(Secret("token"))
