from __future__ import annotations

import base64
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.redaction import redact, redact_command

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAcanary\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl end", "eyJhbGciOiJSUzI1NiJ9"),
        ("cut eyJhbGciOiJSUzI1NiIs", "eyJhbGciOiJSUzI1NiIs"),
        (f"key: {PEM}", "MIIEpAIBAAKCAQEAcanary"),
        (f"cut: {PEM[:45]}", "MIIEpAIBA"),
        ("Authorization: Bearer abcDEF123456789", "abcDEF123456789"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
        ("postgres://app:hunter2@db:5432/shop", "hunter2"),
        ("amqp://app:p@ss@word@mq/", "word"),
        ("aws AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("gcp AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIzaSyA1234567890"),
        ("git ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdef"),
        ("llm sk-proj-abcdefghijklmnop", "abcdefghijklmnop"),
        ("azure AccountKey=abcdefghijklmnop1234==", "abcdefghijklmnop1234"),
        ("DB_PASSWORD=hunter2", "hunter2"),
        ('{"api_key": "hunter2"}', "hunter2"),
        ("DB_PASSWORD_PROD=hunter2", "hunter2"),
        ("- name: SIGNING_KEY\n  value: hunter2", "hunter2"),
        ('{"name": "SIGNING_KEY", "value": "correct hunter2"}', "hunter2"),
        ("      SIGNING_KEY:  hunter2", "hunter2"),
        ("server --db-password hunter2", "hunter2"),
        ('kubectl.kubernetes.io/last-applied-configuration: {"spec": "hunter2"}', "hunter2"),
        ("slack xoxb-123456789012-abcdefghijkl", "123456789012-abc"),
    ],
)
def test_a_credential_is_taken_out(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        'secret "db-credentials" not found',
        "Back-off pulling image registry.example.com:5000/shop/api@sha256:" + "0123456789abcdef" * 4,
        "Container app of Pod notebook-controller-manager-7c9f6d8b5f-x2x9z ends with exit code 137.",
        "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available",
        "open /etc/config/app.yaml: no such file or directory",
        "the server wants basic authentication, and a bearer token",
        "https://kubernetes.io/docs/concepts/workloads/pods/",
        "Deployment/notebook-controller-manager-7c9f6d8b5f-x2x9z",
        'kubectl patch secret api -p \'{"stringData":{"API_KEY":"VALUE"}}\'',
        "secretKeyRef: name, key=value:NoSchedule, and node-role.kubernetes.io/key=x",
        "/var/lib/kubelet/pods/0f3a4a2e-5b8f-4c0b-9a3c-2f1f0e9d8c7b/volumes/kubernetes.io~csi/pvc-0f3a4a2e/mount",
    ],
)
def test_what_explains_a_problem_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("seed", range(20))
def test_a_long_random_word_is_taken_out(seed: int) -> None:
    word = base64.b64encode(random.Random(seed).randbytes(36)).decode()

    assert word not in redact(f"value {word} end")


@given(st.text(max_size=300))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)

    assert redact(once) == once


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ",
        "-----BEGIN A-----",
        "a://",
        "password=",
        "Bearer ",
        "aB3",
        "x:",
        "KEY",
        "KEY ",
        "-token ",
        "last-applied-configuration",
    ],
)
def test_hostile_text_costs_little(unit: str) -> None:
    start = time.process_time()
    redact(unit * (8192 // len(unit)))

    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("command", "secret"),
    [
        ("kubectl create secret generic db --from-literal=user=hunter2", "hunter2"),
        ("kubectl create secret generic db --from_literal user=hunter2", "hunter2"),
        ("kubectl create secret docker-registry r --docker-password=hunter2", "hunter2"),
        ("kubectl get pods --token hunter2", "hunter2"),
        ("kubectl set env deploy/web PIN=hunter2", "hunter2"),
        ("kubectl run web --image=nginx --env=PIN=hunter2", "hunter2"),
        ('kubectl patch secret db -p \'{"stringData": {"a": "hunter2"}}\'', "hunter2"),
        ('kubectl patch secrets/db --patch=\'{"data": {"a": "aHVudGVyMg=="}}\'', "aHVudGVyMg"),
        ('kubectl patch deploy web -p \'{"env": [{"name": "PIN", "value": "hunter2"}]}\'', "hunter2"),
        ("kubectl get pods 'password=hunter2", "hunter2"),
    ],
)
def test_a_command_is_kept_without_its_secret_values(command: str, secret: str) -> None:
    assert secret not in redact_command(command)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods --namespace=shop --selector=app=web",
        "kubectl get secrets --namespace=shop",
        "kubectl scale deploy/web --replicas=3",
        'kubectl patch deploy web -p \'{"spec":{"replicas":2}}\'',
        "kubectl label pod web tier=front",
        "kubectl logs -p web",
    ],
)
def test_a_command_without_secrets_is_kept_as_it_is(command: str) -> None:
    assert redact_command(command) == command


def test_a_command_is_kept_on_one_bounded_line() -> None:
    kept = redact_command("kubectl get 'pods\n\x1b[31m" + "x" * 100_000)

    assert (len(kept), kept.isprintable()) == (2048, True)
