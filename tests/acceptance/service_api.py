"""The documented endpoints, read out of docs/service-api.md itself: its JSON is the expectation."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "service-api.md"
_SECTION: Final = re.compile(r"^#### (?P<title>.+?)\n(?P<text>.*?)(?=^##)", re.MULTILINE | re.DOTALL)
_REQUEST: Final = re.compile(r"\*\*Request Body\*\*:\s*```json\n(?P<json>.*?)```", re.DOTALL)
_EXAMPLE: Final = re.compile(r"\*\*Example Request\*\*:\s*```\n(?:GET|POST) (?P<path>\S+)\n```", re.DOTALL)
_RESPONSE: Final = re.compile(r"\*\*Response Success \((?P<status>\d+)\)\*\*:\s*```json\n(?P<json>.*?)```", re.DOTALL)
_LOGIN: Final = re.compile(
    r"-d '(?P<body>\{.*?\})'\s*```\s*2\. \*\*Response\*\*:\s*```json\n(?P<answer>.*?)```", re.DOTALL
)
_CURL: Final = re.compile(
    r'curl -X (?P<method>\w+) "https://your-domain.com(?P<path>[^"]+)"(?P<rest>.*?)```', re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One endpoint: what the page says is sent, and what it says comes back. `example` is a path with its query."""

    title: str
    method: str
    url: str
    body: Any
    example: str | None
    status: int
    answer: Any


def endpoints() -> dict[str, Documented]:
    """Every documented endpoint, by its URL template (below `/kubeconfig`)."""
    text = PAGE.read_text(encoding="utf-8")
    found = [_read(section["title"], section["text"]) for section in _SECTION.finditer(text)]
    return {endpoint.url: endpoint for endpoint in found}


def login() -> tuple[Any, Any]:
    """The body of the documented login, and its answer."""
    found = _one(_LOGIN, PAGE.read_text(encoding="utf-8"))
    return json.loads(found["body"]), json.loads(found["answer"])


def curls() -> list[tuple[str, str, Any]]:
    """Method, path with query, and body of every curl line of the page."""
    lines = []
    for found in _CURL.finditer(PAGE.read_text(encoding="utf-8")):
        body = re.search(r"-d '(\{.*?\})'", found["rest"], re.DOTALL)
        lines.append((found["method"], found["path"], json.loads(body[1]) if body else None))
    return lines


def _read(title: str, text: str) -> Documented:
    body, example, answer = _REQUEST.search(text), _EXAMPLE.search(text), _one(_RESPONSE, text)
    return Documented(
        title=title,
        method=_one(re.compile(r"\*\*Method\*\*: `(\w+)`"), text)[1],
        url=_one(re.compile(r"\*\*URL\*\*: `(\S+)`"), text)[1],
        body=_json(body["json"]) if body else None,
        example=example["path"] if example else None,
        status=int(answer["status"]),
        answer=_json(answer["json"]),
    )


def _json(text: str) -> Any:
    """The page writes remarks into its JSON (`"ca_data": "...",  // optional`)."""
    return json.loads(re.sub(r"\s+// .*$", "", text, flags=re.MULTILINE))


def _one(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.search(text)
    if found is None:
        raise ValueError(f"{PAGE.name}: nothing matches {pattern.pattern!r}")
    return found


def differences(documented: Any, actual: Any, *, free: frozenset[str] = frozenset(), at: str = "") -> list[str]:
    """Where an answer is not as documented: a field that is missing, of another JSON type, or of another value.

    Fields that were added are no difference. `free` names the paths (`cluster.token`, `data[].usage`) whose values may
    be others, of the same type.
    """
    if _kind(documented) != _kind(actual):
        return [f"{at or 'answer'}: {_kind(actual)}, documented as {_kind(documented)}"]
    if isinstance(documented, dict):
        found = [f"{at}.{name}".lstrip(".") + ": missing" for name in documented if name not in actual]
        for name in set(documented) & set(actual):
            found += differences(documented[name], actual[name], free=free, at=f"{at}.{name}".lstrip("."))
        return found
    if isinstance(documented, list):
        found = [] if len(documented) == len(actual) or at in free else [f"{at}: {len(actual)} entries"]
        for one, other in zip(documented, actual, strict=False):
            found += differences(one, other, free=free, at=f"{at}[]")
        return found
    return [] if documented == actual or at in free else [f"{at}: {actual!r}, documented as {documented!r}"]


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")
