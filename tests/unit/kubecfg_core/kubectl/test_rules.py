import pytest

from kubecfg_core.errors import CommandRefused
from kubecfg_core.kubectl import Rules, judge
from kubecfg_core.users import Role


def test_run_is_for_admins_where_it_is_switched_on() -> None:
    plan = judge("run x --image=y -- sh -c id", role=Role.ADMIN, rules=Rules(run=True))

    assert plan.argv == ("run", "x", "--image=y", "--request-timeout=25s", "--", "sh", "-c", "id")
    with pytest.raises(CommandRefused, match="role admin"):
        judge("run x --image=y", role=Role.OPERATOR, rules=Rules(run=True))


def test_secrets_need_not_be_listed_at_all() -> None:
    with pytest.raises(CommandRefused) as caught:
        judge("get pods,secrets", rules=Rules(secret_names=False))

    assert caught.value.rule == "kubectl.secrets"


@pytest.mark.parametrize(
    "command",
    [
        *("get certificates -o yaml", "get certificate x -o json", "get Certificates.v1.cert-manager.io -o yaml"),
        *(
            "get pods,certificates -o json",
            "describe certificate x",
            "get certificates --sort-by=.spec.x",
            "get all -o json",
        ),
        *("get policies -o yaml", "get policy -o yaml", "wait certificate/x --for=jsonpath={.spec.x}=y"),
    ],
)
def test_a_denied_resource_is_shown_as_little_as_a_secret(command: str) -> None:
    rules = Rules(denied=frozenset({"cert-manager.io/certificates", "policies"}))

    with pytest.raises(CommandRefused) as caught:
        judge(command, rules=rules)

    assert caught.value.rule == "kubectl.resource"
    assert judge("get certificates,all", rules=rules).argv
