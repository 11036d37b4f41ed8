"""From what a dry run printed to the objects as they would be."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kubecfg_core.effects import Effect
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kubectl.kinds import SECRETS as SECRET_NAMES
from kubecfg_core.kubectl.trying import Trial
from kubecfg_core.view import ClusterView

Object = dict[str, Any]

_MAKING: Final = frozenset({"autoscale", "create", "expose", "run"})
_JSON: Final = json.JSONDecoder()


def printed(text: str) -> list[Object]:
    """The objects in what `-o json` printed: one, several one after the other, or a List. What is odd ends them."""
    found: list[Object] = []
    at = 0
    try:
        while text[at:].strip():
            at += len(text[at:]) - len(text[at:].lstrip())
            value, at = _JSON.raw_decode(text, at)
            found += value["items"] if value.get("kind") == "List" else [value]
    except (ValueError, KeyError, AttributeError, RecursionError):
        return []
    return [item for item in found if _is_object(item)]


def makes(tried: Trial) -> bool:
    """Whether the objects of the command are new ones."""
    return tried.call.verb.path[0] in _MAKING


def foretold(tried: Trial, before: Sequence[Object], after: Sequence[Object]) -> list[Effect]:
    """The effect on each printed object; nothing where what one of them was before is not known."""
    old = {_place(item): item for item in before}
    if not makes(tried) and not all(_place(item) in old for item in after):
        return []
    return [_effect(item, old.get(_place(item)), tried) for item in after]


def named(view: ClusterView, tried: Trial, text: str) -> list[Effect]:
    """The effects of a command that prints names only: of a deletion, or of a patch of a Secret."""
    path, secret = tried.call.verb.path, bool(tried.call.types & SECRET_NAMES)
    if path == ("delete",) and tried.call.flag("all-namespaces") != "true":
        return list(_deleted(view, tried, text))
    if path == ("patch",) and secret and tried.call.flag("type") != "json":
        return list(_filled(view, tried, text))
    return []


def _effect(item: Object, before: Object | None, tried: Trial) -> Effect:
    group, kind, namespace, name = _place(item)
    after = item
    if tried.call.verb.path == ("scale",):
        # kubectl prints the object as it was before it was scaled.
        spec = {**item.get("spec", {}), "replicas": int(tried.call.flag("replicas") or 0)}
        after = {**item, "spec": spec}
    keys = frozenset(item.get("data") or {}) if kind == "Secret" and before is None else frozenset()
    return Effect(group=group, kind=kind, namespace=namespace, name=name, before=before, after=after, sealed=keys)


def _deleted(view: ClusterView, tried: Trial, text: str) -> Iterator[Effect]:
    cascades = tried.call.flag("cascade") != "orphan"
    for singular, group, name in _lines(text):
        for resource in view.resources:
            if (resource.kind.lower(), resource.group) == (singular, group):
                namespace = tried.namespace if resource.namespaced else ""
                yield Effect(
                    group=group,
                    kind=resource.kind,
                    namespace=namespace,
                    name=name,
                    before={},
                    cascades=cascades,
                )
                break


def _filled(view: ClusterView, tried: Trial, text: str) -> Iterator[Effect]:
    """A Secret with the keys that a patch gives it; their values are not looked at."""
    patch = json.loads(tried.call.flag("patch") or "{}")
    given = {**_dict(patch, "data"), **_dict(patch, "stringData")}
    for _, _, name in _lines(text):
        old = view.get(SECRETS, tried.namespace, name)
        if old is None or not given:
            continue
        keys = {*old.data, *given} - {key for key, value in given.items() if value is None}
        metadata = {"name": name, "namespace": tried.namespace}
        before = {"metadata": metadata, "type": old.type, "data": dict.fromkeys(old.data, "")}
        yield Effect(
            group="",
            kind="Secret",
            namespace=tried.namespace,
            name=name,
            before=before,
            after={**before, "data": dict.fromkeys(sorted(keys), "")},
            sealed=frozenset(given),
        )


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind, group and name of each line of `-o name`: `pod/web`, `deployment.apps/web`."""
    for line in text.splitlines():
        kind, slash, name = line.strip().partition("/")
        if slash:
            singular, _, group = kind.partition(".")
            yield singular, group, name.partition(" ")[0]


def _dict(patch: object, key: str) -> dict[str, Any]:
    value = patch.get(key) if isinstance(patch, dict) else None
    return value if isinstance(value, dict) else {}


def _is_object(item: object) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("metadata"), dict):
        return False
    names = (item.get("kind"), item.get("apiVersion"), item["metadata"].get("name"))
    return all(isinstance(name, str) for name in names)


def _place(item: Object) -> tuple[str, str, str, str]:
    metadata = item["metadata"]
    group = item["apiVersion"].rpartition("/")[0]
    return (group, item["kind"], metadata.get("namespace", ""), metadata["name"])
