import pytest

from kubecfg_core.errors import CommandRefused
from kubecfg_core.kubectl import judge
from kubecfg_core.users import Role

from .commands import ADMINS, CONFIRMED, OPERATORS


@pytest.mark.parametrize("command", ["get pods", "describe pod x", "logs x", "create cm x", "auth can-i list pods"])
def test_a_grant_of_one_namespace_names_it(command: str) -> None:
    assert judge(command, role=Role.OPERATOR, namespaces=frozenset({"own"})).namespace == "own"


@pytest.mark.parametrize(
    "command",
    [
        *(
            "get pods -n b",
            "get deploy/x -n b",
            "get deployments.v1.apps -n b",
            "get pods. -n b",
            "get ns a b",
            "get ns/a",
        ),
        *("version", "api-resources", "explain nodes", "auth whoami", "logs deploy/x -n a", "logs nodes -n a"),
        *("top pods -n a", "rollout restart deploy/x -n a", "events -n a"),
        *("create job x --from=cronjob/y -n a", "get pods -A=false -n a", "get -n a", "label pods x --list -n a"),
    ],
)
def test_a_grant_of_namespaces_reaches_them(command: str) -> None:
    assert judge(command, role=Role.OPERATOR, namespaces=frozenset("ab")).argv


IN_SHOP = [
    command
    for command in (*OPERATORS, *CONFIRMED)
    if "shop-backend" in command and not any(word in command for word in (" ns ", "-A"))
]
ELSEWHERE = [command for command in (*ADMINS, *CONFIRMED) if "-n shop-backend" not in command]


@pytest.mark.parametrize("command", IN_SHOP)
def test_an_everyday_change_is_accepted_within_a_grant(command: str) -> None:
    plan = judge(command, role=Role.ADMIN, confirmed=True, namespaces=frozenset({"shop-backend"}))

    assert plan.namespace == "shop-backend"


@pytest.mark.parametrize("command", ELSEWHERE)
def test_no_change_to_the_cluster_is_accepted_within_a_grant(command: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        judge(command, role=Role.ADMIN, confirmed=True, namespaces=frozenset({"shop-backend"}))

    assert caught.value.rule == "kubectl.namespace"
