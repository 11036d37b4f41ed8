"""What a command printed, made safe to show: no credentials, no paths of ours, no terminal tricks."""

import re
from typing import Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import MASK
from kubecfg_kubectl.address import Pinned

_TOKENS: Final = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?|(?<=Bearer )\S+")
_OUR_PATHS: Final = re.compile(r"/proc/self/fd/\d+")

# A terminal obeys escape sequences (CVE-2021-25743), and any text of a cluster may hold them.
_CONTROLS: Final = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in {"\n", "\t"}
}


def output(raw: bytes, target: ClusterTarget) -> str:
    """Standard output: as printed, but for control characters and our own credential."""
    return _without_own(raw.decode(errors="replace").translate(_CONTROLS), target)


def errors(raw: bytes, target: ClusterTarget, pinned: Pinned, config_path: str) -> str:
    """Standard error: also without anything like a token, and with the cluster's own address for the pinned one."""
    text = output(raw, target)
    text = _TOKENS.sub(MASK, text)
    text = _OUR_PATHS.sub("kubeconfig", text).replace(config_path, "kubeconfig")
    return own_address(text, pinned)


def own_address(text: str, pinned: Pinned) -> str:
    """The text with the address that the owner gave in place of the one it resolved to."""
    return text.replace(pinned.netloc, pinned.shown)


def _without_own(text: str, target: ClusterTarget) -> str:
    secrets = (secret.reveal() for secret in (target.token, target.tls_key) if secret)
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text
