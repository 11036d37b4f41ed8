"""Why an image cannot be pulled, told from what the container runtime said."""

import re
from typing import Final

from kubecfg_analyzers import registries
from kubecfg_analyzers.pods.case import Case, Part
from kubecfg_analyzers.report import clip, listed, sentence
from kubecfg_core import Finding
from kubecfg_core.kinds.config import SECRETS, SERVICEACCOUNTS

REASONS: Final = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable"} | {"SignatureValidationFailed"}
)
NAMED_REASONS: Final = {
    "InvalidImageName": (
        "pod.image_invalid_name",
        "its name is not a valid image reference",
        "Upper case letters, a stray space or a scheme like https:// make a name invalid.",
    ),
    "ErrImageNeverPull": (
        "pod.image_never_pull",
        "the pull policy is Never, and the image is not on the node",
        "The image was never loaded onto this node, or was removed from it.",
    ),
}

# In this order: a refusal often says "not found or no access" too, and a timeout names the registry's address.
_CLASSES: Final = (
    (
        "pod.image_rate_limited",
        r"\b429\b|too ?many ?requests|rate ?limit",
        "the registry refuses more pulls for now",
        "Too many pulls were made from this address or account.",
    ),
    (
        "pod.image_unauthorized",
        r"unauthorized|authentication required|\b40[13]\b|forbidden|denied|may require|no basic auth|_scope\b",
        "the registry refuses access",
        "The credentials are missing or wrong, or the repository is private or does not exist.",
    ),
    (
        "pod.image_dns",
        r"no such host|name resolution|server misbehaving|lookup \S+( on \S+)?: ",
        "the registry's name does not resolve",
        "The name is misspelt, or the node's DNS does not answer for it.",
    ),
    (
        "pod.image_tls",
        r"x509|tls:|certificate|server gave HTTP response to HTTPS",
        "the TLS connection to the registry fails",
        "The node does not trust the registry's certificate, or the registry does not speak TLS.",
    ),
    (
        "pod.image_platform",
        r"no match(ing manifest)? for (platform|linux|windows)|exec format",
        "it has no variant for the node's platform",
        "The image was built for another architecture or operating system.",
    ),
    (
        "pod.image_timeout",
        r"timeout|timed out|deadline exceeded|connection re(fused|set)|no route to host|network is unreachable",
        "the registry does not answer",
        "The node cannot reach the registry: a firewall, a proxy, or a registry that is down.",
    ),
    (
        "pod.image_not_found",
        r"not ?found|manifest unknown|name unknown|does not exist",
        "the registry has no such image or tag",
        "The name or the tag is misspelt, or the image was never pushed or was deleted.",
    ),
)
_DOC: Final = "concepts/containers/images/"


def check(case: Case, part: Part) -> Finding:
    """A finding for a container that waits for its image: the class of failure, and the message."""
    waiting = part.status.state.waiting
    reason, message = (waiting.reason, waiting.message) if waiting else ("", "")
    if reason in NAMED_REASONS:
        code, why, cause = NAMED_REASONS[reason]
    else:
        message = _telling(case, part, message)
        code, why, cause = classify(message, part.spec.image)
    registry, repository, tag = split(part.spec.image)
    absent = _absent_secret(case) if code == "pod.image_unauthorized" else ""
    others = _elsewhere(case, registry, repository) if code == "pod.image_unauthorized" else []
    if others:
        return _no_credentials(case, part, message, others)
    return case.found(
        code,
        f"The image {part.spec.image} of {part.label} cannot be pulled: {why} ({reason}).",
        cause=f"{cause}{_credentials(case, code, absent)}" if code != "pod.image_pull_failed" else sentence(message),
        doc=_DOC,
        part=part,
        facts={
            "registry": registry,
            "repository": repository,
            "tag": tag,
            "message": clip(message),
            "pull_secret": next((ref.name for ref in case.pod.spec.imagePullSecrets), None),
            "secret": absent,
            "serviceaccount": case.pod.spec.serviceAccountName,
        },
    )


def classify(message: str, image: str = "") -> tuple[str, str, str]:
    """The code, what the registry or node did, and the usual cause.

    The image's own name is left out of account: it may hold a word like `timeout`.
    """
    message = message.replace(image, "") if image else message
    for code, pattern, why, cause in _CLASSES:
        if re.search(pattern, message, re.IGNORECASE):
            return code, why, cause
    return "pod.image_pull_failed", "the pull fails", ""


def split(image: str) -> tuple[str, str, str]:
    """Registry, repository and tag (or digest) of an image reference; Docker Hub where it names no registry."""
    name, _, digest = image.partition("@")
    head, slash, rest = name.partition("/")
    registry = head if slash and ("." in head or ":" in head or head == "localhost") else ""
    path = rest if registry else name
    repository, _, tag = path.partition(":")
    return registry or "docker.io", repository, digest or tag


def _telling(case: Case, part: Part, message: str) -> str:
    """The waiting message may only say `Back-off pulling image`: then a warning has the reason."""
    if classify(message, part.spec.image)[0] != "pod.image_pull_failed":
        return message
    event = case.warning("Failed", "InspectFailed", text="image", part=part)
    return event.message if event else message


def _absent_secret(case: Case) -> str:
    """The first pull secret of the pod that certainly does not exist."""
    named = [ref.name for ref in case.pod.spec.imagePullSecrets if ref.name] if case.joined else []
    return next((name for name in named if case.view.lacks(SECRETS, case.pod.namespace, name)), "")


def _elsewhere(case: Case, registry: str, repository: str) -> list[str]:
    """The places that the pod's pull secrets are for, where all are known and none is for that repository.

    Kubelets present what the pod names: the secrets of its account are copied into the pod when it is made.
    """
    named = [ref.name for ref in case.pod.spec.imagePullSecrets if ref.name] if case.joined else []
    known: list[str] = []
    for name in named:
        secret = case.view.get(SECRETS, case.pod.namespace, name)
        there = registries.places(secret) if secret is not None else None
        if there is None:
            return []
        known += there
    return [] if any(registries.covers(place, registry, repository) for place in known) else sorted(set(known))


def _no_credentials(case: Case, part: Part, message: str, others: list[str]) -> Finding:
    registry, repository, _ = split(part.spec.image)
    secrets = sorted({ref.name for ref in case.pod.spec.imagePullSecrets if ref.name})
    one = len(secrets) == 1
    return case.found(
        "pod.image_no_credentials",
        f"The image {part.spec.image} of {part.label} cannot be pulled: the registry refuses access, and "
        f"{f'the pull secret {secrets[0]} has' if one else 'the pull secrets of the pod have'} no credentials for "
        f"{registry}.",
        cause=f"They are for {clip(listed(others))}.",
        doc=_DOC,
        part=part,
        facts={
            "registry": registry,
            "repository": repository,
            "registries": clip(",".join(others)),
            "message": clip(message),
            "pull_secret": secrets[0],
            "secret": secrets[0] if one else None,
            "serviceaccount": case.pod.spec.serviceAccountName,
        },
        names=(*others, *secrets),
    )


def _credentials(case: Case, code: str, absent: str) -> str:
    """What the pod brings along, where the registry refused it."""
    if code != "pod.image_unauthorized":
        return ""
    if absent:
        return f' The pull secret "{absent}" that the pod names does not exist.'
    account = case.view.get(SERVICEACCOUNTS, case.pod.namespace, case.pod.spec.serviceAccountName)
    if case.pod.spec.imagePullSecrets or (account and account.imagePullSecrets):
        return " The pod does name a pull secret."
    return " The pod names no pull secret."
