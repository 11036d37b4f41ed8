"""What a kubectl may ask of an API server: judged for each request, whatever the command line said.

The policy judges the words of a command, and this judges what comes of them. A hole in the one is not a hole in both.
"""

import re
from typing import Final
from urllib.parse import unquote

_LOOKS: Final = frozenset({"GET", "HEAD"})
_CHANGES: Final = _LOOKS | {"POST", "PUT", "PATCH", "DELETE"}

# They say what the one who asks may do, and store nothing; Kubernetes wants them as a POST.
_REVIEW: Final = re.compile(
    r"/apis/(authorization\.k8s\.io/v1(beta1)?/selfsubject(access|rules)reviews"
    r"|authentication\.k8s\.io/v1((alpha|beta)1)?/selfsubjectreviews)"
)
_ROOTS: Final = frozenset({"api", "apis", "openapi", "version"})
# Each of them leads out of the API: into a container, to a port, or to any address that the server can reach.
_CONDUITS: Final = frozenset({"exec", "attach", "portforward", "proxy", "ephemeralcontainers"})
_OLD_PREFIXES: Final = (["proxy"], ["redirect"], ["watch"])
_PLAIN: Final = re.compile(r"(/[A-Za-z0-9._~:@!$&'()*+,;=%-]+)+")
_QUERY: Final = re.compile(r"[!-~]*")


def refusal(method: str, path: str, query: str = "", *, changes: bool) -> str | None:
    """Why this request may not be made; `None` where it may.

    `path` and `query` are as sent, still encoded. `changes` says whether the plan may write to the cluster.
    """
    segments = _segments(path)
    if segments is None or "#" in query or _QUERY.fullmatch(query) is None:
        return "the path of the request is not written as it is meant"
    if segments[0] not in _ROOTS:
        return "this path is no part of the Kubernetes API"
    if _leads_out(segments):
        return "exec, attach, port-forward and proxy are not allowed"
    if method == "PUT" and _is_secret(segments):
        return "a Secret is not replaced as a whole: its content was not given out"
    if method not in (_CHANGES if changes else _LOOKS) and not (method == "POST" and _REVIEW.fullmatch(path)):
        return f"{method if method.isalpha() else 'this method'} is not allowed for a command that only looks"
    return None


def is_discovery(method: str, path: str) -> bool:
    """Whether the request asks what the server can do, which changes rarely, and not what is in it."""
    if method != "GET":
        return False
    root, *rest = path.strip("/").split("/")
    return root == "openapi" or (root == "api" and len(rest) < 2) or (root == "apis" and len(rest) < 3)  # noqa: PLR2004 - /apis/GROUP/VERSION lists kinds, one more lists objects


def is_secret(path: str) -> bool:
    """Whether the request is about Secrets: one, a list or a stream of them."""
    segments = _segments(path)
    return segments is not None and _is_secret(segments)


def _is_secret(segments: list[str]) -> bool:
    return segments[0] == "api" and _object(segments)[:1] == ["secrets"]


def _segments(path: str) -> list[str] | None:
    """The decoded parts of a path; `None` for one that a server could read in another way than we do."""
    if _PLAIN.fullmatch(path) is None:
        return None
    found = [unquote(part) for part in path[1:].split("/")]
    odd = any(part in {".", ".."} or not part.isprintable() or set("/\\%?#") & set(part) for part in found)
    return None if odd else found


def _leads_out(segments: list[str]) -> bool:
    """Whether it asks for a subresource that is a way out; an object may well be called `proxy`."""
    found = _object(segments)
    return found[:1] in _OLD_PREFIXES or (len(found) > 2 and found[2] in _CONDUITS)  # noqa: PLR2004 - see _object


def _object(segments: list[str]) -> list[str]:
    """KIND, NAME and SUBRESOURCE of what the path is about, as far as it goes, and what comes after them."""
    found = segments[{"api": 2, "apis": 3}.get(segments[0], len(segments)) :]
    return found[2:] if len(found) > 2 and found[0] == "namespaces" else found  # noqa: PLR2004 - namespaces/NAME/KIND
