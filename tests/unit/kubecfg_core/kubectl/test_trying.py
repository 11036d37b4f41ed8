import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput
from kubecfg_core.kubectl.rules import Rules
from kubecfg_core.kubectl.trying import Trial, trial
from kubecfg_core.users import Role


def tried(command: str, role: Role = Role.ADMIN) -> Trial:
    return trial(command, role=role)


def dry(command: str) -> tuple[str, ...]:
    plan = tried(command).dry
    assert plan is not None
    return plan.argv


@pytest.mark.parametrize(
    "command",
    [
        "set image deploy/web web=web:2 -n shop",
        'patch svc web -p \'{"spec":{"type":"ClusterIP"}}\'',
        "scale deploy/web --replicas=0",
        "label pod web tier-",
        "create configmap settings --from-literal=a=b",
    ],
)
def test_a_change_is_tried_at_the_server_and_printed(command: str) -> None:
    assert {"--dry-run=server", "--output=json"} <= set(dry(command))


@pytest.mark.parametrize("asked", ["--dry-run=none", "--dry-run=client", "--dry-run=server", "-o yaml"])
def test_what_the_caller_says_of_dry_runs_and_output_is_replaced(asked: str) -> None:
    words = dry(f"set image deploy/web web=web:2 {asked}")

    assert [word for word in words if word.startswith(("--dry-run", "--output"))] == [
        "--dry-run=server",
        "--output=json",
    ]


@pytest.mark.parametrize(
    "command", ["delete pod web", 'patch secret db -p \'{"stringData":{"a":"b"}}\'', "rollout undo deploy/web"]
)
def test_names_alone_are_printed_of_what_has_no_new_object_or_must_not_be_shown(command: str) -> None:
    assert "--output=name" in dry(command)
    assert not tried(command).prints


def test_an_owners_denied_resources_are_not_printed() -> None:
    found = trial("label widgets a b=c", role=Role.ADMIN, rules=Rules(denied=frozenset({"example.com/widgets"})))

    assert not found.prints


def test_a_cordon_is_tried_as_the_patch_that_it_makes() -> None:
    words = dry("cordon worker-1")

    assert (words[0], words[-2:]) == ("patch", ("node", "worker-1"))
    assert '--patch={"spec": {"unschedulable": true}}' in words


def test_what_has_no_dry_run_is_not_tried() -> None:
    assert tried("rollout restart deploy/web").dry is None


def test_a_secret_from_files_is_tried_under_the_same_keys() -> None:
    found = tried("create secret tls web-tls --cert=tls.crt --key=tls.key -n shop")

    assert found.command == "kubectl create secret tls web-tls --cert=tls.crt --key=tls.key -n shop"
    assert {"web-tls", "--namespace=shop", "--type=kubernetes.io/tls"} <= set(found.dry.argv if found.dry else ())


@pytest.mark.parametrize("command", ["get pods", "rollout status deploy/web", "label pod web --list"])
def test_a_command_that_only_looks_proves_nothing(command: str) -> None:
    with pytest.raises(InvalidInput, match="changes nothing"):
        tried(command)


@pytest.mark.parametrize("command", ["scale deploy/web --replicas=2", "create secret tls a --cert=c --key=k"])
def test_a_trial_needs_the_role_of_the_change(command: str) -> None:
    with pytest.raises(CommandRefused, match="operator"):
        tried(command, Role.VIEWER)


def test_a_trial_stays_in_the_namespaces_of_a_grant() -> None:
    with pytest.raises(CommandRefused, match=r"kubectl\.namespace"):
        trial("scale deploy/web -n other --replicas=2", role=Role.OPERATOR, namespaces=frozenset({"shop"}))
