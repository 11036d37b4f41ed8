"""A kubeconfig as data: which clusters it describes, and what of it is not taken, with the reason.

Whoever sent it may be anybody: no file that it names is read, no program that it names is run, and nothing that is not
known here is passed on.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.errors import InvalidInput
from kubecfg_core.secret import Secret
from kubecfg_core.validation import check_namespace, checked

MOST_CONTEXTS: Final = 64

_SECTIONS: Final = {"clusters": "cluster", "users": "user", "contexts": "context"}
_CLUSTER_KEYS: Final = frozenset(
    {"server", "certificate-authority-data", "tls-server-name", "insecure-skip-tls-verify", "disable-compression"}
)
_USER_KEYS: Final = frozenset({"token", "client-certificate-data", "client-key-data"})
_FILE: Final = "names a file, which is not read: put its content into {other}"
_PROGRAM: Final = "gets the credential from a program, which is not run here: give a token or a client certificate"
_AS: Final = "acts as somebody else, which is not supported: give the credential of that user"
_REASONS: Final[Mapping[str, str]] = {
    "exec": _PROGRAM,
    "auth-provider": _PROGRAM,
    "tokenFile": _FILE.format(other="token"),
    "certificate-authority": _FILE.format(other="certificate-authority-data"),
    "client-certificate": _FILE.format(other="client-certificate-data"),
    "client-key": _FILE.format(other="client-key-data"),
    "username": "is basic authentication, which API servers no longer know",
    "password": "is basic authentication, which API servers no longer know",
    "as": _AS,
    "as-uid": _AS,
    "as-groups": _AS,
    "as-user-extra": _AS,
    "proxy-url": "would lead the connection elsewhere, which is not supported",
}
# What any entry may have and nobody here needs.
_IGNORED: Final = frozenset({"extensions"})

Entry = Mapping[str, Any]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A context that is not taken, and why. The reason quotes no value of the kubeconfig but names."""

    context: str
    reason: str


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What a kubeconfig describes: a cluster for each context that can be taken, in its order, and the others."""

    clusters: tuple[NewCluster, ...]
    refused: tuple[Refusal, ...]


def described(document: object, *, only: Collection[str] | None = None) -> Described:
    """The clusters of a decoded kubeconfig, all contexts or `only` those.

    A cluster is named like its context, with `-` for `/`; the context's namespace becomes the tag `namespace:NAME`.
    Raises `InvalidInput` where there is nothing to read: no kubeconfig, no context, too many of them.
    """
    sections = _sections(document)
    contexts = sections["contexts"]
    names = list(contexts) if only is None else list(dict.fromkeys(only))
    if not names:
        raise InvalidInput("kubeconfig: it has no contexts.")
    if len(names) > MOST_CONTEXTS:
        raise InvalidInput(f"kubeconfig: it has {len(names)} contexts; at most {MOST_CONTEXTS} are taken at a time.")
    clusters, refused = [], []
    for name in names:
        try:
            clusters.append(_cluster(name, sections))
        except InvalidInput as error:
            refused.append(Refusal(context=name, reason=error.message))
    return Described(clusters=tuple(clusters), refused=tuple(refused))


def _sections(document: object) -> dict[str, dict[str, Entry]]:
    """The entries by section and name; of two with one name the first counts, as for kubectl."""
    if not isinstance(document, dict) or not isinstance(document.get("contexts"), list):
        raise InvalidInput("kubeconfig: it is none: there is no list of contexts.")
    sections: dict[str, dict[str, Entry]] = {section: {} for section in _SECTIONS}
    for section, key in _SECTIONS.items():
        for name, entry in _entries(document.get(section), key):
            sections[section].setdefault(name, entry)
    return sections


def _entries(items: object, key: str) -> Iterator[tuple[str, Entry]]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and isinstance(item.get("name"), str) and isinstance(item.get(key), dict):
            yield item["name"], item[key]


def _cluster(name: str, sections: Mapping[str, Mapping[str, Entry]]) -> NewCluster:
    context = sections["contexts"].get(name)
    if context is None:
        raise InvalidInput("there is no such context.")
    cluster = _named(sections, "clusters", context)
    user = _named(sections, "users", context)
    _check_keys(cluster, _CLUSTER_KEYS)
    _check_keys(user, _USER_KEYS)
    return checked(
        NewCluster(
            cluster_name=name.replace("/", "-"),
            target=_target(name, cluster, user),
            context_name=name,
            tags=_tags(context),
        )
    )


def _named(sections: Mapping[str, Mapping[str, Entry]], section: str, context: Entry) -> Entry:
    key = _SECTIONS[section]
    found = sections[section].get(_text(context, key))
    if found is None:
        raise InvalidInput(f"it means a {key} that the kubeconfig has not.")
    return found


def _check_keys(entry: Entry, known: Collection[str]) -> None:
    for key, value in entry.items():
        if key in known or key in _IGNORED or value in (None, "", [], {}):
            continue
        reason = _REASONS.get(str(key), "is not known here, so it might change what is meant")
        raise InvalidInput(f"{str(key)[:64]!r} {reason}.")


def _target(name: str, cluster: Entry, user: Entry) -> ClusterTarget:
    token, key = _text(user, "token"), _text(user, "client-key-data")
    insecure = cluster.get("insecure-skip-tls-verify") or False
    ca_data = _text(cluster, "certificate-authority-data")
    if not isinstance(insecure, bool):
        raise InvalidInput("insecure-skip-tls-verify: it must be true or false.")
    if insecure and ca_data:
        raise InvalidInput("certificate-authority-data has no meaning beside insecure-skip-tls-verify: drop one.")
    return ClusterTarget(
        name=name,
        server_url=_text(cluster, "server").rstrip("/"),
        token=Secret(token) if token else None,
        ca_data=ca_data or None,
        tls_cert=_text(user, "client-certificate-data") or None,
        tls_key=Secret(key) if key else None,
        verify_tls=not insecure,
        tls_server_name=_text(cluster, "tls-server-name") or None,
    )


def _tags(context: Entry) -> tuple[str, ...]:
    namespace = _text(context, "namespace")
    if not namespace:
        return ()
    check_namespace(namespace)
    return (f"namespace:{namespace}",)


def _text(entry: Entry, key: str) -> str:
    """The text of a field; empty where it is absent. A number is none: YAML has dropped its leading zeros."""
    value = entry.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{key}: it must be text; put it in quotes.")
    return value
