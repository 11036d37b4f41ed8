"""Credential programs of a kubeconfig (`exec`): how cloud clusters let a person in.

kubernetes_asyncio's own runner has no deadline, and knows no client certificates.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kubecfg_core.errors import InvalidInput, SettingsError

_SECONDS: Final = 120.0  # a person may have to log in, in a browser
_OUTPUT_MAX: Final = 1024 * 1024
_CLUSTER_KEYS: Final = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data")


def credential_from(spec: Any, folder: Path, cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Run the program and give what it answers, under the names a kubeconfig's `user` has.

    `folder` is the kubeconfig's: a relative path with a slash begins there. The program's messages go to standard
    error. Raises `InvalidInput` for a specification that is none, `SettingsError` where the program fails.
    """
    if not isinstance(spec, dict) or not spec.get("command") or not spec.get("apiVersion"):
        raise InvalidInput("The kubeconfig's exec needs a command and an apiVersion.")
    command = str(spec["command"])
    if "/" in command:
        command = str(folder / command)
    argv = [command, *(str(argument) for argument in spec.get("args") or [])]
    output = _run(argv, _environment(spec, cluster))
    try:
        status = json.loads(output)["status"]
        return _as_user(status)
    except (ValueError, KeyError, TypeError, AttributeError):
        # Without the cause: its text would quote the output, which is a credential.
        raise SettingsError(f"{command} did not answer with an ExecCredential.") from None


def _run(argv: list[str], environment: dict[str, str]) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own kubeconfig names it, and the user asked for it; no shell
            argv,
            env=environment,
            stdin=None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{argv[0]} gave no credential within {_SECONDS:.0f} seconds.") from None
    except OSError as error:
        raise SettingsError(f"{argv[0]}, which the kubeconfig names, cannot be run: {error.strerror}.") from error
    if done.returncode != 0 or len(done.stdout) > _OUTPUT_MAX:
        raise SettingsError(f"{argv[0]} gave no credential (exit status {done.returncode}).")
    return done.stdout


def _environment(spec: Mapping[str, Any], cluster: Mapping[str, Any]) -> dict[str, str]:
    asked: dict[str, Any] = {"interactive": sys.stdin is not None and sys.stdin.isatty()}
    if spec.get("provideClusterInfo"):
        asked["cluster"] = {key: cluster[key] for key in _CLUSTER_KEYS if key in cluster}
    info = {"apiVersion": spec["apiVersion"], "kind": "ExecCredential", "spec": asked}
    own = {str(pair["name"]): str(pair["value"]) for pair in spec.get("env") or []}
    return {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _as_user(status: Mapping[str, Any]) -> dict[str, Any]:
    user: dict[str, Any] = {"token": status["token"]} if status.get("token") else {}
    for ours, theirs in (("client-certificate-data", "clientCertificateData"), ("client-key-data", "clientKeyData")):
        if status.get(theirs):
            user[ours] = base64.b64encode(status[theirs].encode()).decode()
    if not user:
        raise KeyError("status")
    return user
