"""The documents of a file, as JSON: whether it was JSON, YAML, or JSON between lines of logs."""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from kubecfg_core.errors import InvalidInput

_YAML_MAX: Final = 64 * 1024 * 1024
_LOG_STARTS, _LOG_ENDS = "==== START logs for container ", "\n==== END logs for container "
_ANCHOR: Final = re.compile(rb"(?:^|[\s\[{,:-])&[^\s&]", re.MULTILINE)


def documents(path: PurePosixPath, content: bytes) -> Iterator[bytes]:
    """Each document, as JSON. Raises `InvalidInput` that says what is wrong with the file, at the first that is bad."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.lstrip()[:1] in (b"{", b"["):
        yield from _of_json(content)
    elif content.strip():
        if path.suffix.lower() == ".json":
            raise InvalidInput("it is not JSON")
        yield from _of_yaml(content)


def _of_json(content: bytes) -> Iterator[bytes]:
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        yield from _of_mixed(content)
    else:
        yield content


def _of_mixed(content: bytes) -> Iterator[bytes]:
    """JSON documents one after the other, as `kubectl cluster-info dump` prints them: between containers' logs.

    A log may hold JSON, and even objects: what lies between its marks is never looked at.
    """
    text = content.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    position, found = 0, False
    while position < len(text):
        if text.startswith(_LOG_STARTS, position):
            of = text[position + len(_LOG_STARTS) : _next_line(text, position)]
            end = text.find(_LOG_ENDS + of, position)
            position = end + len(_LOG_ENDS + of) if end >= 0 else len(text)
        elif text[position] in "{[":
            try:
                _, end = decoder.raw_decode(text, position)
            except (ValueError, RecursionError) as error:
                raise InvalidInput("it is not JSON, or was cut off") from error
            found = True
            yield text[position:end].encode()
            position = end
        else:
            position = position + 1 if text[position].isspace() else _next_line(text, position)
    if not found:
        raise InvalidInput("it is not JSON")


def _next_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _of_yaml(content: bytes) -> Iterator[bytes]:
    import yaml  # slow to import, and most dumps are JSON

    if len(content) > _YAML_MAX:
        raise InvalidInput(f"it is more than {_YAML_MAX / 2**20:.0f} MiB of YAML: use -o json")
    loader = _loader()
    try:
        if _ANCHOR.search(content) and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(content, loader)):
            raise InvalidInput("its YAML has aliases (*name), which kubectl never writes")
        for document in yaml.load_all(content, loader):
            if document is not None:
                yield msgspec.json.encode(document)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("it is neither JSON nor YAML") from error


def _loader() -> Any:
    """The safe loader, in C where there is one, that leaves times as the text they are, like Kubernetes."""
    import yaml

    base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        start: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:timestamp"]
        for start, entries in base.yaml_implicit_resolvers.items()
    }
    return type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})
