"""Whether a pull secret is for the registry of an image that was refused."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_analyzers.pods import analyze
from kubecfg_analyzers.registries import covers, places
from kubecfg_core import ObjectRef, Resource
from kubecfg_core.kinds.config import SECRETS, Secret
from tests.unit.kubecfg_analyzers.judging import Json, codes, only, pod, view_of, waiting

REFUSED = waiting("ErrImagePull", "failed to authorize: 401 Unauthorized")


def secret(*hosts: str, name: str = "hub") -> Json:
    config = {"auths": {host: {"auth": "c2VjcmV0OnNlY3JldA=="} for host in hosts}}
    data = {".dockerconfigjson": b64encode(json.dumps(config).encode()).decode()}
    return {"kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/dockerconfigjson", "data": data}


def puller(image: str, *secrets: str) -> Json:
    named = [{"name": name} for name in secrets or ("hub",)]
    return pod(REFUSED, container={"image": image}, spec={"imagePullSecrets": named}, phase="Pending")


@pytest.mark.parametrize(
    ("host", "image"),
    [
        ("https://index.docker.io/v1/", "nginx:1"),
        ("docker.io", "shop/web:1"),
        ("index.docker.io", "docker.io/shop/web"),
        ("registry-1.docker.io", "shop/web"),
        ("docker.io/library", "nginx"),
        ("registry.example.com", "registry.example.com/shop/web:1"),
        ("https://registry.example.com/v2/", "registry.example.com/shop/web:1"),
        ("registry.example.com/shop", "registry.example.com/shop/web:1"),
        ("registry.example.com:5000", "registry.example.com:5000/web"),
        ("https://registry.example.com:443", "registry.example.com/web"),
        ("*.example.com", "registry.example.com/web"),
        ("Registry.Example.com", "registry.example.com/web"),
    ],
)
def test_credentials_for_the_registry_are_recognised(host: str, image: str) -> None:
    assert codes(analyze, view_of(puller(image), secret("quay.io", host))) == ["pod.image_unauthorized"]


@pytest.mark.parametrize(
    ("host", "image"),
    [
        ("https://index.docker.io/v1/", "ghcr.io/shop/web:1"),
        ("ghcr.io", "shop/web:1"),
        ("registry.example.com/other", "registry.example.com/shop/web"),
        ("registry.example.com", "registry.example.com:5000/shop/web"),
        ("*.example.com", "a.b.example.com/web"),
        ("example.com", "registry.example.com/web"),
    ],
)
def test_credentials_for_another_place_are_told(host: str, image: str) -> None:
    assert only(analyze, view_of(puller(image), secret(host))).code == "pod.image_no_credentials"


def test_the_finding_names_both_sides_and_no_credential() -> None:
    found = only(analyze, view_of(puller("ghcr.io/shop/web:1"), secret("https://index.docker.io/v1/", "quay.io")))

    assert (found.evidence["registry"], found.evidence["registries"]) == ("ghcr.io", "docker.io,quay.io")
    assert found.culprit == ObjectRef(kind="Secret", name="hub", namespace="default")
    assert "c2VjcmV0" not in str(found)


def test_credentials_in_an_address_are_left_out() -> None:
    [place] = places(msgspec.convert(secret("https://joe:hunter2@registry.example.com"), Secret)) or []

    assert place == "registry.example.com"


def test_of_several_pull_secrets_one_that_fits_is_enough() -> None:
    view = view_of(puller("ghcr.io/a/b", "hub", "git"), secret("docker.io"), secret("ghcr.io", name="git"))

    assert codes(analyze, view) == ["pod.image_unauthorized"]


def test_several_that_do_not_fit_have_no_single_culprit() -> None:
    view = view_of(puller("ghcr.io/a/b", "hub", "git"), secret("docker.io"), secret("quay.io", name="git"))

    found = only(analyze, view)

    assert (found.code, found.culprit) == ("pod.image_no_credentials", ObjectRef(kind="Registry", name="ghcr.io/a"))


@pytest.mark.parametrize("forbidden", [[SECRETS], []], ids=["unreadable", "no pull secret"])
def test_without_certainty_the_refusal_is_all_that_is_told(forbidden: list[Resource[Any]]) -> None:
    other = {"kind": "Secret", "metadata": {"name": "hub"}, "type": "Opaque"}

    assert codes(analyze, view_of(puller("ghcr.io/a/b"), other, forbidden=forbidden)) == ["pod.image_unauthorized"]


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_nothing_that_stands_in_a_pull_secret_raises(host: str, registry: str, repository: str) -> None:
    for place in places(msgspec.convert(secret(host), Secret)) or []:
        assert covers(place, registry, repository) in (True, False)
