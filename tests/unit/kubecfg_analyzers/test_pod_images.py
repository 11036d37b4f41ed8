from __future__ import annotations

import pytest

from kubecfg_analyzers.pods import analyze
from kubecfg_analyzers.pods.images import classify, split
from tests.unit.kubecfg_analyzers.judging import only, pod, view_of, waiting, warning

IMAGE = "registry.example.com/shop/web:1.4"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (f'failed to resolve reference "{IMAGE}": {IMAGE}: not found', "pod.image_not_found"),
        ("manifest unknown: manifest unknown", "pod.image_not_found"),
        ("pull access denied, repository does not exist or may require authorization", "pod.image_unauthorized"),
        ("unexpected status from HEAD request: 401 Unauthorized", "pod.image_unauthorized"),
        ("unexpected status code 403 Forbidden", "pod.image_unauthorized"),
        ("toomanyrequests: You have reached your pull rate limit", "pod.image_rate_limited"),
        ("unexpected status code 429 Too Many Requests", "pod.image_rate_limited"),
        ("dial tcp: lookup registry.example.com on 10.0.0.10:53: no such host", "pod.image_dns"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "pod.image_tls"),
        ("http: server gave HTTP response to HTTPS client", "pod.image_tls"),
        ("dial tcp 10.9.9.9:443: i/o timeout", "pod.image_timeout"),
        ("dial tcp 10.9.9.9:443: connect: connection refused", "pod.image_timeout"),
        ("no match for platform in manifest: not found", "pod.image_platform"),
        ("something else", "pod.image_pull_failed"),
    ],
)
@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_the_runtimes_message_is_classified(message: str, code: str, reason: str) -> None:
    found = only(analyze, view_of(pod(waiting(reason, message), phase="Pending")))

    assert found.code == code
    assert found.evidence["image"] == IMAGE
    assert found.evidence["registry"] == "registry.example.com"


@pytest.mark.parametrize(
    ("reason", "code"),
    [("InvalidImageName", "pod.image_invalid_name"), ("ErrImageNeverPull", "pod.image_never_pull")],
)
def test_some_reasons_say_it_all(reason: str, code: str) -> None:
    assert only(analyze, view_of(pod(waiting(reason), phase="Pending"))).code == code


def test_a_bare_back_off_is_classified_by_the_warning() -> None:
    view = view_of(
        pod(waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'), phase="Pending"),
        warning("Failed", f'Failed to pull image "{IMAGE}": 429 Too Many Requests'),
    )

    assert only(analyze, view).code == "pod.image_rate_limited"


def test_a_word_in_the_images_own_name_does_not_classify() -> None:
    assert (
        classify('Back-off pulling image "example.com/timeout:1"', "example.com/timeout:1")[0]
        == "pod.image_pull_failed"
    )


def test_a_refusal_names_the_pull_secret_that_was_used() -> None:
    view = view_of(
        pod(waiting("ErrImagePull", "401 Unauthorized"), spec={"imagePullSecrets": [{"name": "hub"}]}, phase="Pending"),
        {"kind": "Secret", "metadata": {"name": "hub"}},
    )

    found = only(analyze, view)

    assert found.evidence["pull_secret"] == "hub"
    assert "does name a pull secret" in found.cause


def test_a_refusal_without_any_pull_secret_says_so() -> None:
    found = only(analyze, view_of(pod(waiting("ErrImagePull", "401 Unauthorized"), phase="Pending")))

    assert "names no pull secret" in found.cause


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("docker.io", "nginx", "")),
        ("nginx:1.27", ("docker.io", "nginx", "1.27")),
        ("library/nginx:1.27", ("docker.io", "library/nginx", "1.27")),
        ("localhost:5000/web", ("localhost:5000", "web", "")),
        ("ghcr.io/a/b:2@sha256:00", ("ghcr.io", "a/b", "sha256:00")),
    ],
)
def test_an_image_reference_is_taken_apart(image: str, parts: tuple[str, str, str]) -> None:
    assert split(image) == parts
