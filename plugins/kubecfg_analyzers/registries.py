"""Which registries a pull secret is for, as kubelets read it. What it holds besides their names is never looked at."""

import binascii
import json
import re
from base64 import b64decode
from fnmatch import fnmatchcase
from typing import Any, Final

from kubecfg_core.kinds.config import DOCKER_CONFIGS, Secret

DOCKER_HUB: Final = "docker.io"

_HUB_NAMES: Final = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
_VERSION: Final = re.compile(r"^v[12](/|$)")


def places(secret: Secret) -> list[str] | None:
    """The places that a pull secret is for, as `host` or `host/path`; `None` for one that is none, or is unreadable."""
    key = DOCKER_CONFIGS.get(secret.type)
    try:
        config: Any = json.loads(b64decode(secret.data.get(key, ""))) if key else None
    except (binascii.Error, ValueError, RecursionError):
        return None
    auths = config.get("auths") if isinstance(config, dict) and key == ".dockerconfigjson" else config
    return [_place(str(name)) for name in auths] if isinstance(auths, dict) else None


def _place(name: str) -> str:
    """`https://index.docker.io/v1/` is `docker.io`: scheme, user and the version of the API do not count."""
    address = name.partition("://")[2] or name
    host, _, path = address.partition("/")
    host = _host(host.rpartition("@")[2])
    path = _VERSION.sub("", path).strip("/")
    return f"{host}/{path}" if path else host


def _host(host: str) -> str:
    lower = host.lower()
    return DOCKER_HUB if lower in _HUB_NAMES else lower.removesuffix(":443")


def covers(place: str, registry: str, repository: str) -> bool:
    """Whether credentials for a place are presented for a repository: `*` stands for one part of the host's name."""
    host, _, path = place.partition("/")
    wanted = _host(registry)
    parts, others = host.split("."), wanted.split(".")
    same = len(parts) == len(others) and all(
        fnmatchcase(other, part) for part, other in zip(parts, others, strict=True)
    )
    whole = f"library/{repository}" if wanted == DOCKER_HUB and "/" not in repository else repository
    return same and whole.startswith(path)
