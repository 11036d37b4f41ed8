import pytest

from kubecfg_core.kubectl import judge
from kubecfg_core.users import Role


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("create secret generic x --from-literal=a=hunter2", "--from-literal=a=***"),
        ("create cm x --from-literal a=hunter2", "--from-literal=a=***"),
        ("create secret docker-registry x --docker-password=hunter2", "--docker-password=***"),
        ("set env deploy/x PASSWORD=hunter2 B-", "deploy/x PASSWORD=*** B-"),
        ('patch secret x -p \'{"stringData":{"a":"hunter2"}}\'', "--patch=***"),
        ('patch pod/x secret/x -p \'{"stringData":{"a":"hunter2"}}\'', "--patch=***"),
    ],
)
def test_a_plan_is_shown_without_the_content_of_secrets(command: str, shown: str) -> None:
    plan = judge(command, role=Role.ADMIN)

    assert shown in plan.command.replace("'", "")
    assert "hunter2" not in " ".join((plan.command, *plan.flags, *plan.arguments, *plan.names))
    assert "hunter2" in " ".join(plan.argv)
