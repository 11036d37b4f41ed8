import pytest

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused

NEVER_SAFE = [
    "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "fe80::1", "fe80::1%eth0",
    "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "100.100.100.200", "168.63.129.16", "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", NEVER_SAFE)
def test_an_address_that_is_never_a_cluster_is_refused(address: str) -> None:
    assert not EgressPolicy().permits(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "172.16.3.4", "192.168.1.1", "fd12:3456::1", "8.8.8.8", "2a00::1"])
def test_private_and_public_addresses_are_let_through(address: str) -> None:
    assert EgressPolicy().permits(address)


def test_an_allowed_network_lets_loopback_in() -> None:
    assert EgressPolicy.parse(allow=["127.0.0.0/8"]).permits("127.0.0.1")


def test_an_allowed_network_lets_in_no_other_family() -> None:
    assert not EgressPolicy.parse(allow=["127.0.0.0/8"]).permits("::1")


def test_an_allowed_network_lets_in_its_mapped_form() -> None:
    assert EgressPolicy.parse(allow=["127.0.0.0/8"]).permits("::ffff:127.0.0.1")


def test_a_denied_network_closes_a_private_range() -> None:
    assert not EgressPolicy.parse(deny=["10.0.0.0/8"]).permits("10.1.2.3")


def test_allow_wins_over_deny() -> None:
    assert EgressPolicy.parse(allow=["10.1.0.0/16"], deny=["10.0.0.0/8"]).permits("10.1.2.3")


def test_a_refusal_names_the_host_and_not_the_address() -> None:
    with pytest.raises(AddressRefused, match=r"metadata\.example") as caught:
        EgressPolicy().check("169.254.169.254", host="metadata.example")

    assert "169.254" not in caught.value.message


def test_a_wrong_network_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        EgressPolicy.parse(allow=["10.0.0.1/8"])


@pytest.mark.parametrize("host", ["127.0.0.1:6443", "[::1]:6443", "169.254.169.254", "[fe80::1%25eth0]"])
def test_a_url_with_a_refused_address_is_refused_unresolved(host: str) -> None:
    with pytest.raises(AddressRefused):
        EgressPolicy().check_literal(f"https://{host}/")


@pytest.mark.parametrize("host", ["10.0.0.1:6443", "[fd00::1]", "k8s.example.com:6443"])
def test_a_url_with_a_private_address_or_a_name_passes_unresolved(host: str) -> None:
    EgressPolicy().check_literal(f"https://{host}/")
