"""Objects that a pod names and that do not exist: said only where that is certain."""

from collections.abc import Iterator
from typing import Any, Final

from kubecfg_analyzers.pods import missing
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.missing import Want
from kubecfg_analyzers.report import WARNING, nearest, suggestion
from kubecfg_core import Finding, Resource
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS, ConfigMap, Secret
from kubecfg_core.kinds.pods import ConfigVolume, Container, EnvFrom, EnvVar, ObjectRef, Volume
from kubecfg_core.kinds.storage import CLAIMS

_RENEWED: Final = "-dockercfg-"


def check(case: Case) -> Iterator[Finding]:
    """Missing ConfigMaps, Secrets and their keys, claims, service accounts and pull secrets; each once a pod."""
    if case.settling:
        return
    seen: set[tuple[str, str, str]] = set()
    for want in _wants(case):
        if want.name and want.identity not in seen:
            seen.add(want.identity)
            yield from _look(case, want)
    yield from _claims(case)
    yield from _account(case)
    yield from _pull_secrets(case)


def _look(case: Case, want: Want) -> Iterator[Finding]:
    resource: Resource[Any] = SECRETS if want.source == "secret" else CONFIGMAPS
    if case.view.lacks(resource, case.pod.namespace, want.name):
        yield missing.absent(case, want)
        return
    item: Secret | ConfigMap | None = case.view.get(resource, case.pod.namespace, want.name)
    if item is not None and want.key and want.key not in item.data:
        yield missing.keyless(case, want)


def _wants(case: Case) -> Iterator[Want]:
    for part in case.parts():
        for source, ref, use in _of_container(part.spec):
            if not ref.optional:
                yield Want(source, ref.name, ref.key, use, part)
    for volume in case.pod.spec.volumes:
        for source, name, config in _of_volume(volume):
            if not config.optional:
                keys = [item.key for item in config.items] or [""]
                yield from (Want(source, name, key, f"volume {volume.name}") for key in keys)


def _of_container(container: Container) -> Iterator[tuple[str, ObjectRef, str]]:
    for variable in container.env:
        yield from _of_variable(variable)
    for source in container.envFrom:
        yield from _of_all_keys(source)


def _of_variable(variable: EnvVar) -> Iterator[tuple[str, ObjectRef, str]]:
    if variable.valueFrom and variable.valueFrom.configMapKeyRef:
        yield "configmap", variable.valueFrom.configMapKeyRef, f"variable {variable.name}"
    if variable.valueFrom and variable.valueFrom.secretKeyRef:
        yield "secret", variable.valueFrom.secretKeyRef, f"variable {variable.name}"


def _of_all_keys(source: EnvFrom) -> Iterator[tuple[str, ObjectRef, str]]:
    if source.configMapRef:
        yield "configmap", source.configMapRef, "envFrom"
    if source.secretRef:
        yield "secret", source.secretRef, "envFrom"


def _of_volume(volume: Volume) -> Iterator[tuple[str, str, ConfigVolume]]:
    if volume.configMap:
        yield "configmap", volume.configMap.name, volume.configMap
    if volume.secret:
        yield "secret", volume.secret.secretName, volume.secret
    for source in volume.projected.sources if volume.projected else ():
        if source.configMap:
            yield "configmap", source.configMap.name, source.configMap
        if source.secret:
            yield "secret", source.secret.name, source.secret


def _claims(case: Case) -> Iterator[Finding]:
    namespace = case.pod.namespace
    named = [volume.persistentVolumeClaim for volume in case.pod.spec.volumes if volume.persistentVolumeClaim]
    for claim in dict.fromkeys(ref.claimName for ref in named if ref.claimName):
        if case.view.lacks(CLAIMS, namespace, claim):
            close = nearest(claim, (item.name for item in case.view.within(CLAIMS, namespace)))
            yield case.found(
                "pod.missing_claim",
                f'PersistentVolumeClaim "{claim}" does not exist in namespace {namespace}; the pod needs it.',
                cause=f"The scheduler waits until the claim is there.{suggestion(close)}",
                doc="concepts/storage/persistent-volumes/",
                facts={"claim": claim, "nearest": close},
            )


def _account(case: Case) -> Iterator[Finding]:
    name, namespace = case.pod.spec.serviceAccountName, case.pod.namespace
    if name and case.view.lacks(SERVICEACCOUNTS, namespace, name):
        close = nearest(name, (item.name for item in case.view.within(SERVICEACCOUNTS, namespace)))
        yield case.found(
            "pod.missing_serviceaccount",
            f'ServiceAccount "{name}" does not exist in namespace {namespace}; the pod runs as it.',
            cause=f"No token can be made for the pod, and no pod like it can be created.{suggestion(close)}",
            doc="concepts/security/service-accounts/",
            severity=missing.severity(case),
            facts={"serviceaccount": name, "nearest": close},
        )


def _pull_secrets(case: Case) -> Iterator[Finding]:
    namespace = case.pod.namespace
    serves = missing.severity(case) is WARNING
    for name in dict.fromkeys(ref.name for ref in case.pod.spec.imagePullSecrets if ref.name):
        if serves and _RENEWED in name:
            continue  # OpenShift renews an account's pull secret under another name, which the next pod gets
        if case.view.lacks(SECRETS, namespace, name):
            close = nearest(name, (item.name for item in case.view.within(SECRETS, namespace)))
            yield case.found(
                "pod.missing_pull_secret",
                f'The pull secret "{name}" that the pod names does not exist in namespace {namespace}.',
                cause=f"Images from a registry that wants credentials cannot be pulled.{suggestion(close)}",
                doc="tasks/configure-pod-container/pull-image-private-registry/",
                severity=WARNING,
                facts={"secret": name, "nearest": close},
            )
