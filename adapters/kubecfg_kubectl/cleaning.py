"""What a command printed, made safe to show: no credentials, no paths of ours, no terminal tricks."""

import re
from typing import Final
from urllib.parse import urlsplit

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import MASK

_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?")
_BEARER: Final = re.compile(r"Bearer \S+")
_SHORTEST: Final = 8
_OUR_PATHS: Final = re.compile(r"/proc/self/fd/\d+")

# A terminal obeys escape sequences (CVE-2021-25743), and any text of a cluster may hold them.
_CONTROLS: Final = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in {"\n", "\t"}
}


def output(raw: bytes, target: ClusterTarget, proxy: str) -> str:
    """Standard output: as printed, but for control characters, our own credential and the URL of the proxy.

    In place of the latter, and of its host and port alone, stands the cluster's own.
    """
    text = raw.decode(errors="replace").translate(_CONTROLS)
    own, theirs = urlsplit(proxy), urlsplit(target.server_url)
    text = text.replace(proxy, target.server_url).replace(own.netloc, theirs.netloc).replace(own.path, "")
    return _without_own(text, target)


def errors(raw: bytes, target: ClusterTarget, proxy: str, config_path: str) -> str:
    """Standard error: also without anything like a token, and without our kubeconfig's path."""
    text = _BEARER.sub(f"Bearer {MASK}", _JWT.sub(MASK, output(raw, target, proxy)))
    return _OUR_PATHS.sub("kubeconfig", text.replace(config_path, "kubeconfig"))


def _without_own(text: str, target: ClusterTarget) -> str:
    for secret in (target.token, target.tls_key):
        # A text of a few letters is no credential, and masking it would make holes in every word.
        if secret and len(secret.reveal()) >= _SHORTEST:
            text = text.replace(secret.reveal(), MASK)
    return text
