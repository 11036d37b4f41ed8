import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput
from kubecfg_core.kubectl import judge


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("get pods", "get --request-timeout=25s -- pods"),
        ("get -Ao wide pods", "get --all-namespaces --output=wide --request-timeout=25s -- pods"),
        ("get pods -A=false", "get --all-namespaces=false --request-timeout=25s -- pods"),
        ("get pods --no_headers", "get --no-headers --request-timeout=25s -- pods"),
        ("-nx get -- pods y", "get --namespace=x --request-timeout=25s -- pods y"),
        ("get pods --request-timeout=5s", "get --request-timeout=5s -- pods"),
        ("top po", "top pod --request-timeout=25s"),
        (
            "rollout -n x status deploy/y",
            "rollout status --namespace=x --request-timeout=25s --timeout=20s -- deploy/y",
        ),
        ("logs x", "logs --limit-bytes=1000000 --request-timeout=25s --tail=500 -- x"),
        ("logs x --tail=9", "logs --limit-bytes=1000000 --request-timeout=25s --tail=9 -- x"),
        ("logs -l a=b", "logs --limit-bytes=1000000 --request-timeout=25s --selector=a=b"),
        ("get pods -L b -L a", "get --label-columns=b --label-columns=a --request-timeout=25s -- pods"),
    ],
)
def test_the_arguments_are_canonical(command: str, argv: str) -> None:
    assert judge(command).argv == tuple(argv.split())


@pytest.mark.parametrize(
    ("asked", "given"), [("5s", "5s"), ("20s", "20s"), ("21s", "20s"), ("1h", "20s"), ("0s", "20s"), ("1m30s", "20s")]
)
def test_a_rollout_is_waited_for_no_longer_than_the_service_waits(asked: str, given: str) -> None:
    assert f"--timeout={given}" in judge(f"rollout status deploy/x --timeout={asked}").argv


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("get pods | wc", "kubectl.shell"),
        ("frobnicate", "kubectl.verb"),
        ("exec x -- sh", "kubectl.verb"),
        ("delete pod x", "kubectl.role"),
        ("rollout undo deploy/x", "kubectl.role"),
        ("run x --image=y", "kubectl.run"),
        ("create ns -- x", "kubectl.argument"),
        ("get pods --server=x", "kubectl.flag"),
        ("get pods -Aw", "kubectl.value"),
        ("get pods -n a -n b", "kubectl.repeated"),
        ("get pods --chunk-size=0", "kubectl.value"),
        ("get pods -o jsonpath-file=/x", "kubectl.value"),
        ("get pods a/b/c", "kubectl.argument"),
        ("cluster-info dump", "kubectl.argument"),
        ("get secret x -o yaml", "kubectl.secrets"),
        ("describe secret x", "kubectl.describe-secret"),
    ],
)
def test_a_refusal_names_its_rule(command: str, rule: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        judge(command)

    assert caught.value.rule == rule
    assert rule in caught.value.message


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("get pods --token=hunter2", "onboarded"),
        ("logs -f x", "only 'false'"),
        ("get -f x.yaml", "no files"),
        ("get --raw /api", "type and name"),
        ("exec x -- sh", "no sessions"),
        ("scale deploy/x --replicas=1", "needs the role operator"),
        ("rollout foo", "status, history, restart"),
        ("create secret foo", "generic, docker-registry"),
        ("run x --image=y", "deployment or a job"),
        ("get pods | wc", "--field-selector"),
        ("foo", "get, describe, logs"),
    ],
)
def test_a_refusal_says_what_to_do(command: str, hint: str) -> None:
    with pytest.raises(CommandRefused, match=hint):
        judge(command)


@pytest.mark.parametrize(
    "command",
    ["get pods --token=hunter2", "get pods --token hunter2", "--password=hunter2 get pods", "get pods -n hunter2!"],
)
def test_a_refusal_never_repeats_a_flags_value(command: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        judge(command)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("command", ["get pods -n", "get pods --selector", "rollout", "-n x"])
def test_an_incomplete_command_is_invalid(command: str) -> None:
    with pytest.raises(InvalidInput):
        judge(command)
