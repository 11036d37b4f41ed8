"""A person's own kubeconfig: which cluster its current context means, and how to be let in.

For a command on somebody's machine: such a file can name programs to run and files to read. What the service takes in
is `kubecfg_core.kubeconfigs`, which does neither.
"""

import base64
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput, SettingsError, TooLarge
from kubecfg_core.secret import Secret
from kubecfg_kubernetes.documents import read_document
from kubecfg_kubernetes.exec_plugin import credential_from

_FILE_MAX: Final = 8 * 1024 * 1024
_SECTIONS: Final = {"clusters": "cluster", "users": "user", "contexts": "context"}
# Where an entry's relative paths begin; never a key of a kubeconfig.
_HOME: Final = "\0folder"

Entry = Mapping[str, Any]


def target_from_kubeconfig(
    path: str | None = None, context: str | None = None, *, allow_exec: bool = False
) -> ClusterTarget:
    """The cluster and credential of a context (the current one), named like the context.

    `path` is one file; without it `$KUBECONFIG` (several files are merged as kubectl does), then `~/.kube/config`.
    `allow_exec` lets the file's credential program run, as kubectl would. Raises `SettingsError` for a file that is
    missing or no kubeconfig, `InvalidInput` for a context that is not there or a way to log in that is not supported.
    """
    config = _merged(path)
    name = context or config["current-context"]
    if not name:
        raise InvalidInput(f"The kubeconfig has no current context; name one of: {_names(config['contexts'])}.")
    found = config["contexts"].get(name)
    if found is None:
        raise InvalidInput(f"There is no context {name!r}; the kubeconfig knows: {_names(config['contexts'])}.")
    cluster = _entry(config, "clusters", name, found.get("cluster"))
    user = _entry(config, "users", name, found.get("user")) if found.get("user") else {_HOME: Path()}
    return _target(name, cluster, user, allow_exec=allow_exec)


def contexts(path: str | None = None) -> list[str]:
    """The names of all contexts, in the order of the file(s). Raises `SettingsError` as above."""
    return list(_merged(path)["contexts"])


def _merged(path: str | None) -> dict[str, Any]:
    """All files as one: what comes first wins, as in kubectl."""
    config: dict[str, Any] = {"current-context": "", **{section: {} for section in _SECTIONS}}
    for file in _files(path):
        document = _document(file)
        config["current-context"] = config["current-context"] or document.get("current-context") or ""
        for section, key in _SECTIONS.items():
            for entry in document.get(section) or []:
                if isinstance(entry, dict) and isinstance(entry.get(key), dict):
                    config[section].setdefault(str(entry.get("name")), {**entry[key], _HOME: file.parent})
    return config


def _files(path: str | None) -> list[Path]:
    if path is not None:
        candidates = [Path(path).expanduser()]
    elif listed := [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]:
        candidates = [Path(part).expanduser() for part in listed]
    else:
        candidates = [Path.home() / ".kube" / "config"]
    present = [file for file in candidates if file.is_file()]
    if not present:
        raise SettingsError(f"There is no kubeconfig at {', '.join(map(str, candidates))}.")
    return present


def _document(file: Path) -> Entry:
    try:
        document = read_document(file.read_text(encoding="utf-8"), largest=_FILE_MAX, aliases=True)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as a kubeconfig: {type(error).__name__}.") from None
    except (InvalidInput, TooLarge) as error:
        raise SettingsError(f"{file} cannot be read as a kubeconfig: {error.message}") from None
    if not isinstance(document, dict):
        raise SettingsError(f"{file} is not a kubeconfig.")
    return document


def _entry(config: Entry, section: str, context: str, name: Any) -> Entry:
    found: Entry | None = config[section].get(str(name))
    if found is None:
        raise InvalidInput(f"Context {context!r} means {_SECTIONS[section]} {name!r}, which the kubeconfig has not.")
    return found


def _target(name: str, cluster: Entry, user: Entry, *, allow_exec: bool) -> ClusterTarget:
    for entry, key in ((cluster, "proxy-url"), (user, "auth-provider"), (user, "username")):
        if entry.get(key):
            raise InvalidInput(f"Context {name!r} uses {key}, which is not supported.")
    given: Entry = user
    if user.get("exec"):
        if not allow_exec:
            raise InvalidInput(f"Context {name!r} gets its credential from a program, which is not run here.")
        given = credential_from(user["exec"], user[_HOME], cluster)
    client_key = _pem(given, "client-key")
    return ClusterTarget(
        name=name,
        server_url=str(cluster.get("server") or "").rstrip("/"),
        token=_token(given),
        ca_data=_pem(cluster, "certificate-authority"),
        tls_cert=_pem(given, "client-certificate"),
        tls_key=Secret(client_key) if client_key else None,
        verify_tls=not cluster.get("insecure-skip-tls-verify", False),
        tls_server_name=str(cluster["tls-server-name"]) if cluster.get("tls-server-name") else None,
    )


def _token(user: Entry) -> Secret | None:
    if user.get("tokenFile"):
        return Secret(_content(user, "tokenFile").decode("utf-8", "replace").strip())
    return Secret(str(user["token"])) if user.get("token") else None


def _pem(entry: Entry, key: str) -> str | None:
    """Base64 of a PEM text, which stands in the entry or in a file that the entry names."""
    if entry.get(f"{key}-data"):
        return str(entry[f"{key}-data"])
    return base64.b64encode(_content(entry, key)).decode() if entry.get(key) else None


def _content(entry: Entry, key: str) -> bytes:
    file = Path(entry[_HOME]) / Path(str(entry[key])).expanduser()
    try:
        with file.open("rb") as stream:
            return stream.read(_FILE_MAX)
    except OSError as error:
        raise SettingsError(f"The kubeconfig's {key} cannot be read: {file}: {error.strerror}.") from error


def _names(entries: Iterable[str]) -> str:
    return ", ".join(sorted(entries)) or "none"
