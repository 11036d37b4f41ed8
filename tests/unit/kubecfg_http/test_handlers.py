"""How a command that ran is shown."""

import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.secret import Secret
from kubecfg_http.handlers import shown_command

SERVER = "https://10.0.0.1:6443"


def target(*, token: str | None = "s3cret", verify_tls: bool = True, server_url: str = SERVER) -> ClusterTarget:
    secret = Secret(token) if token else None
    return ClusterTarget(name="one", server_url=server_url, token=secret, verify_tls=verify_tls)


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (("get", "--namespace=a", "--", "pods"), f"kubectl get pods -n a --server={SERVER} --token=***"),
        (("get", "--all-namespaces", "--", "pods"), f"kubectl get pods --all-namespaces --server={SERVER} --token=***"),
        (("get", "--", "a b"), f"kubectl get 'a b' --server={SERVER} --token=***"),
        (("get", "--", "-A"), f"kubectl get --server={SERVER} --token=*** -- -A"),
        (("get", "--request-timeout=25s", "--", "pods"), f"kubectl get pods --server={SERVER} --token=***"),
        (("get", "x", "--f=1", "--", "sh"), f"kubectl get x --f=1 --server={SERVER} --token=*** -- sh"),
        (("get", "x", "--f=1"), f"kubectl get x --f=1 --server={SERVER} --token=***"),
    ],
)
def test_a_command_is_shown_as_a_person_would_type_it(argv: tuple[str, ...], shown: str) -> None:
    assert shown_command(Plan(verb="get", argv=argv), target()) == shown


def test_a_server_that_is_not_verified_is_said_to_be() -> None:
    shown = shown_command(Plan(verb="version", argv=("version",)), target(verify_tls=False))

    assert shown.endswith(" --insecure-skip-tls-verify=true")


def test_no_token_is_shown_where_there_is_none() -> None:
    assert "--token" not in shown_command(Plan(verb="version", argv=("version",)), target(token=None))


def test_an_address_is_quoted_for_a_shell() -> None:
    shown = shown_command(Plan(verb="version", argv=("version",)), target(server_url="https://a/$(id)"))

    assert "--server='https://a/$(id)'" in shown
