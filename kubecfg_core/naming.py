"""Which words of a text name something of the owner's, and what kind of thing."""

import re
from collections import ChainMap
from ipaddress import ip_interface
from typing import Final

PUBLIC: Final = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease", "kubernetes", "localhost", "cluster.local", "kubectl"}
    | {"latest", "svc", "http", "https", "tcp", "udp", "sha256", "true", "false", "null", "none", "unknown"}
    | {"kube-root-ca.crt", "docker.io"}
)
"""Names that every cluster has, and words that stand for themselves: they tell nothing of whose it is."""

_PUBLIC_HOST: Final = re.compile(r"(?:[\w-]+\.)*(?:kubernetes|k8s|x-k8s|docker)\.io")
_PUBLIC_ADDRESSES: Final = frozenset({"0.0.0.0", "0.0.0.0/0", "::", "::/0", "::1", "169.254.169.254"})  # noqa: S104 - nobody binds to it here
_SERVICE_HOST: Final = re.compile(r"[\w-]+\.[\w-]+(?:\.[\w-]+)*\.svc(?:\.cluster\.local)?")
_HOST: Final = re.compile(
    r"[A-Za-z0-9_](?:[\w-]*\w)?(?:\.[A-Za-z0-9_](?:[\w-]*\w)?)*\.(?:(?P<country>[A-Za-z]{2})|(?P<top>[A-Za-z]{3,24}))"
)
_TOPS: Final = frozenset(
    {"com", "net", "org", "edu", "gov", "mil", "int", "dev", "app", "cloud", "local", "localdomain"}
    | {"internal", "intranet", "lan", "corp", "home", "private", "svc", "test", "example", "invalid", "biz", "tech"}
    | {
        "online",
        "site",
        "store",
        "shop",
        "systems",
        "services",
        "network",
        "host",
        "tools",
        "software",
        "company",
        "group",
    }
)
_FILES: Final = frozenset(
    {"cc", "cr", "do", "go", "hs", "js", "md", "mo", "pl", "pm", "ps", "py", "rb", "rs", "sh", "so", "tf", "ts", "vb"}
)

_VERSION: Final = re.compile(r"v?[0-9]+(?:\.[0-9]+){0,4}")
_PLAIN: Final = re.compile(
    r"[+-]?[0-9][0-9_.:]*(?:[KMGTPE]i?|[numkGB]|ms|us|ns|[smhdwT]|[0-9.]+[smhdZ])*"
    r"|(?:[0-9]+(?:ms|us|ns|[smhd]))+|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2})?|v[0-9]+(?:(?:alpha|beta)[0-9]+)?"
)
_PIECE: Final = re.compile(r"\w(?:[\w.-]*\w)?")

_IMAGE: Final = re.compile(
    r"(?P<registry>[\w.-]+(?::[0-9]{1,5})?(?=/))?(?P<path>[\w./-]+)(?::(?P<tag>[\w.-]+))?(?:@sha256:(?P<digest>\w+))?"
)
_IMAGES: Final = re.compile(
    r"(?:(?i:images?|pull|pulling|pulled)[ =:]{1,2}[\"']?)(?P<quoted>[\w./:@-]*[/:][\w./:@-]*\w)"
    r"|(?<![\w./:@-])(?P<bare>[\w.-]+(?::[0-9]{1,5})?/[\w./-]+(?::(?:v?[0-9][\w.-]*|latest)|@sha256:\w+))"
    r"|(?<![\w./:@-])(?P<hosted>[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?/[\w.-]+/[\w./-]*\w)"
)
_HOSTS: Final = re.compile(
    r"(?:://|\b(?:lookup|resolve|dial tcp:?|(?:host|hostname|server|addr|address)[=:])[ \"']{0,2})"
    r"(?!lookup\b)(?P<host>[A-Za-z0-9_][\w-]*(?:\.[\w-]+)*)"
)
_SEPARATED: Final = re.compile(r"[-_.0-9]")
_LEAST_DISTINCT: Final = 4


WORKLOADS: Final = ("deployment", "statefulset", "daemonset", "cronjob", "job", "replicationcontroller", "rollout")
RANKS: Final = (*WORKLOADS, "namespace", "node", "service", "replicaset", "pod", "ingress", "persistentvolumeclaim")
"""The kinds by how much they tell of a word that names several things: most of what belongs to an application has its
Deployment's name."""


class Names:
    """Words that are known to name something, each with its kind (`pod`, `namespace`, `host`...).

    A word that names things of several kinds has the first of them in `RANKS`.
    """

    def __init__(self, kinds: ChainMap[str, str] | None = None, folded: ChainMap[str, str] | None = None) -> None:
        self._kinds = ChainMap[str, str]() if kinds is None else kinds
        self._folded = ChainMap[str, str]() if folded is None else folded

    def child(self) -> "Names":
        """Names that know these too, and that these learn nothing from."""
        return Names(self._kinds.new_child(), self._folded.new_child())

    def add(self, word: str, kind: str, *, weak: bool = False) -> None:
        """Learn a name. A `weak` kind gives way to any other. Public words and mere numbers are never names."""
        if not word or word in PUBLIC or word.isdecimal() or is_public_host(word):
            return
        if not _PIECE.fullmatch(word):
            self._add_pieces(word, kind)
            return
        known = self._kinds.get(word, "")
        if not known or (not weak and _rank(kind) < _rank(known)):
            self._kinds[word] = kind
            if len(word) >= _LEAST_DISTINCT and _SEPARATED.search(word):
                self._folded[_folded(word)] = self._kinds[word]

    def add_image(self, image: str) -> None:
        """Learn the parts of an image reference: the registry, each part of the path, and a tag that is no version."""
        found = _IMAGE.fullmatch(image)
        if found is None:
            self._add_pieces(image, "image")
            return
        registry, path = found["registry"] or "", found["path"]
        if registry and not re.search(r"[.:]|^localhost$", registry):
            registry, path = "", f"{registry}{path}"
        self.add(registry.partition(":")[0], "registry", weak=True)
        *folders, last = [part for part in path.split("/") if part] or [""]
        for folder in folders:
            self.add(folder, "repository", weak=True)
        self.add(last, "image", weak=True)
        if found["tag"] and not _VERSION.fullmatch(found["tag"]):
            self.add(found["tag"], "tag", weak=True)

    def find_in(self, text: str) -> None:
        """Learn what the text itself shows to be an image or a host."""
        for found in _IMAGES.finditer(text):
            image = found["quoted"] or found["bare"]
            if image or is_host(found["hosted"].partition("/")[0].partition(":")[0]):
                self.add_image(image or found["hosted"])
        for found in _HOSTS.finditer(text):
            if not is_service_host(found["host"]):
                self.add(found["host"], "host", weak=True)

    def kind_of(self, word: str) -> str:
        """The kind of thing that the word names; empty where it is not known to name one.

        A name of several words or with a digit is also known in capitals or with other separators (`PAYMENTS_DB`).
        """
        known = self._kinds.get(word, "")
        if not known and len(word) >= _LEAST_DISTINCT and _SEPARATED.search(word):
            return self._folded.get(_folded(word), "")
        return known

    def _add_pieces(self, text: str, kind: str) -> None:
        for piece in _PIECE.findall(text):
            self.add(piece, kind, weak=True)


def is_public(word: str) -> bool:
    """Whether the word is the same in every cluster."""
    return word in PUBLIC or is_public_host(word)


def is_public_host(word: str) -> bool:
    """Whether it is one of Kubernetes' own domains, as in labels and API groups."""
    return _PUBLIC_HOST.fullmatch(word) is not None


def is_public_address(text: str) -> bool | None:
    """Whether the address or network is one that every machine has; `None` where it is none at all."""
    try:
        address = ip_interface(text)
    except ValueError:
        return None
    return text in _PUBLIC_ADDRESSES or address.ip.is_loopback


def is_service_host(word: str) -> bool:
    """Whether it is the DNS name of a Service or a pod: `api.shop.svc`."""
    return _SERVICE_HOST.fullmatch(word) is not None


def is_host(word: str) -> bool:
    """Whether the word has the form of a host's full name, and not that of a file or a field."""
    found = _HOST.fullmatch(word)
    if found is None:
        return False
    if found["country"]:
        return found["country"].lower() not in _FILES or word.count(".") > 1
    return found["top"].lower() in _TOPS


def is_plain(word: str) -> bool:
    """Whether it is a number, a quantity, a span of time, a date or a version of an API."""
    return _PLAIN.fullmatch(word) is not None


def _rank(kind: str) -> int:
    return RANKS.index(kind) if kind in RANKS else len(RANKS)


def _folded(word: str) -> str:
    return word.lower().replace("_", "-").replace(".", "-")
