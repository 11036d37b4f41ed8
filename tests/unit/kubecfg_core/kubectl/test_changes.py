import pytest

from kubecfg_core.errors import CommandRefused, ConfirmationNeeded
from kubecfg_core.kubectl import judge
from kubecfg_core.users import Role

from .commands import CONFIRMED


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("delete pod x", "delete --request-timeout=25s --timeout=20s --wait=false -- pod x"),
        ("delete pod x --wait --timeout=0s", "delete --request-timeout=25s --timeout=20s --wait -- pod x"),
        ("delete pod x --timeout=5s", "delete --request-timeout=25s --timeout=5s --wait=false -- pod x"),
        ("drain n", "drain --request-timeout=25s --timeout=20s -- n"),
        ("scale deploy/x --replicas=1", "scale --replicas=1 --request-timeout=25s -- deploy/x"),
        (
            "scale deploy/x --replicas=1 --timeout=0s",
            "scale --replicas=1 --request-timeout=25s --timeout=0s -- deploy/x",
        ),
        ("wait pod/x --for=delete", "wait --for=delete --request-timeout=25s --timeout=20s -- pod/x"),
        ("wait pod/x --for=delete --timeout=0s", "wait --for=delete --request-timeout=25s --timeout=0s -- pod/x"),
        (
            "create --namespace=y cm --from-literal=a=b x",
            "create configmap x --from-literal=a=b --namespace=y --request-timeout=25s",
        ),
        ("create svc nodeport x --tcp=80", "create service nodeport x --request-timeout=25s --tcp=80"),
        ("create job x --image=y -- date -u", "create job x --image=y --request-timeout=25s -- date -u"),
        ("create job x --image=y --", "create job x --image=y --request-timeout=25s"),
        ("label --dry_run pods x a=b", "label --dry-run=client --request-timeout=25s -- pods x a=b"),
        ("set sa deploy x y", "set serviceaccount --request-timeout=25s -- deploy x y"),
    ],
)
def test_the_arguments_of_a_change_are_canonical(command: str, argv: str) -> None:
    assert judge(command, role=Role.ADMIN, confirmed=True).argv == tuple(argv.split())


@pytest.mark.parametrize("command", CONFIRMED)
def test_a_loss_has_to_be_confirmed(command: str) -> None:
    with pytest.raises(ConfirmationNeeded, match='"confirm": true'):
        judge(command, role=Role.ADMIN)


@pytest.mark.parametrize("command", [command for command in CONFIRMED if "--dry-run" not in command])
def test_a_loss_that_is_only_tried_needs_no_confirmation(command: str) -> None:
    if not command.startswith("kubectl rollout restart"):
        assert judge(f"{command} --dry-run=server", role=Role.ADMIN).changes


def test_the_command_to_confirm_is_named_in_its_canonical_words() -> None:
    with pytest.raises(ConfirmationNeeded, match=r"'kubectl delete --namespace=shop .* -- pod x'"):
        judge("delete po\\d -nshop x", role=Role.OPERATOR)


def test_a_role_is_asked_for_before_a_confirmation() -> None:
    with pytest.raises(CommandRefused, match="needs the role admin"):
        judge("delete ns x", role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("get pods", False),
        ("label pods x --list", False),
        ("label pods x --list=false a=b", True),
        ("label pods x a=b --list", True),
        ("annotate deploy x --list", False),
        ("set env deploy/x --list", False),
        ("set env deploy/x A=B --list", True),
        ("set env deploy/x --list --from=configmap/y", True),
        ("create token x", True),
        ("delete pod x --dry-run=client", True),
    ],
)
def test_a_plan_tells_whether_it_changes(command: str, changes: bool) -> None:  # noqa: FBT001 - an expectation
    assert judge(command, role=Role.ADMIN).changes is changes


@pytest.mark.parametrize("replicas", ["00", "-0", "000", "010", "-00", "+0", "0x0", "0b0", "0_0"])
def test_a_number_has_one_spelling(replicas: str) -> None:
    with pytest.raises(CommandRefused, match="a number from 0 to 1000") as caught:
        judge(f"scale deploy/x --replicas={replicas}", role=Role.ADMIN)

    assert caught.value.rule == "kubectl.value"


@pytest.mark.parametrize(
    "patch",
    [
        '{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b"}]}}}}',
        '{"metadata":{"labels":{"a":"b"}}}',
        '[{"op":"replace","path":"/spec/type","value":"NodePort"}]',
        '[{"op":"add","path":"/spec/tolerations/-","value":{"operator":"Exists"}}]',
        '[{"op":"add","path":"/spec/ports/0","value":{"port":1}},{"op":"test","path":"/a","value":{"b":"c"}}]',
    ],
)
def test_a_patch_that_only_adds_needs_no_confirmation(patch: str) -> None:
    kind = "json" if patch.startswith("[") else "strategic"

    assert judge(f"patch deploy x --type={kind} -p '{patch}'", role=Role.OPERATOR).changes
