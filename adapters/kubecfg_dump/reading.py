"""From files to a gateway: what each document is, whichever tool wrote it."""

from pathlib import Path
from typing import Any, Final

import msgspec

from kubecfg_core.errors import InvalidInput
from kubecfg_dump.blocks import places_in
from kubecfg_dump.catalog import Catalog
from kubecfg_dump.documents import documents
from kubecfg_dump.files import TOTAL_MAX, Member, members
from kubecfg_dump.gateway import DumpGateway
from kubecfg_dump.places import Kind, Place, place_of
from kubecfg_dump.recordings import Recording, recording_of, refusal_of, route_of

_NOTES_MAX: Final = 50
_METADATA_ONLY: Final = "PartialObjectMetadata"


class _ListMeta(msgspec.Struct, frozen=True):
    next: str = msgspec.field(default="", name="continue")


class _Version(msgspec.Struct, frozen=True):
    gitVersion: str = ""


class _Group(msgspec.Struct, frozen=True):
    name: str = ""


class _UserInfo(msgspec.Struct, frozen=True):
    username: str = ""


class _Answer(msgspec.Struct, frozen=True):
    userInfo: _UserInfo = _UserInfo()


class _List(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw] | None
    kind: str
    apiVersion: str = ""
    metadata: _ListMeta = _ListMeta()


class _About(msgspec.Struct, frozen=True):
    """What a document says of the cluster itself: a version in one of three forms, groups, or who asked."""

    kind: str = ""
    gitVersion: str = ""
    serverVersion: _Version = _Version()
    info: _Version = _Version()
    groups: tuple[_Group, ...] = ()
    status: _Answer = _Answer()


def open_dump(path: str | Path, *, max_bytes: int = TOTAL_MAX) -> DumpGateway:
    """Read a dump: a folder, an archive (.tar, .tar.gz, .zip) or a file.

    Known are the output of `kubectl get ... -o json|yaml`, of `kubectl cluster-info dump` (folder or text), support
    bundles of troubleshoot, and recorded exchanges. A file that is broken costs itself, and is named in the gateway's
    `notes`. Blocks, so call it beside an event loop. Raises `InvalidInput` where there is nothing to analyse,
    `TooLarge` beyond `max_bytes`, decompressed.
    """
    catalog = Catalog()
    for member in members(Path(path), total=max_bytes):
        try:
            _read(member, catalog)
        except InvalidInput as error:
            catalog.notes.append(f"{member.path}: {error.message}.")
    if catalog.empty:
        raise InvalidInput(
            f"{path} holds no Kubernetes objects. Expected is a folder, archive or file of: "
            "kubectl get ... -A -o json (or yaml), kubectl cluster-info dump, or a support bundle."
        )
    catalog.settle()
    del catalog.notes[_NOTES_MAX:]
    return DumpGateway(catalog)


def _read(member: Member, catalog: Catalog) -> None:
    if member.note:
        raise InvalidInput(member.note)
    found: list[bytes] = []
    broken: InvalidInput | None = None
    try:
        found.extend(documents(member.path, member.content))
    except InvalidInput as error:
        broken = error  # what comes before the break is good
    for document, place in zip(found, places_in(found, place_of(member.path)), strict=True):
        recording = recording_of(document)
        if recording is not None:
            _replay(recording, catalog)
        elif place is not None:
            _take(document, place, catalog)
    if broken is not None:
        raise broken


def _take(document: bytes, place: Place, catalog: Catalog) -> None:
    """Keep whatever a document is: an array of objects, a list, an object, or something about the cluster."""
    if document.lstrip()[:1] == b"[":
        items = _decoded(document, list[msgspec.Raw]) or []
        # An array of anything else than objects (errors, rules) says nothing of a kind.
        if all(bytes(item).lstrip()[:1] == b"{" for item in items) and (items or place.kind):
            _keep(place.kind, items, place, catalog)
        return
    found = _decoded(document, _List)
    if found is not None and found.kind.endswith("List"):
        if not found.kind.startswith(_METADATA_ONLY):
            _take_list(found, place, catalog)
    elif catalog.add(document) is None:
        _note_about(document, catalog)


def _take_list(found: _List, place: Place, catalog: Catalog) -> None:
    name = found.kind.removesuffix("List")
    kind = Kind(found.apiVersion, name) if name and found.apiVersion else place.kind if name else None
    if found.metadata.next:  # one page of several covers nothing
        for item in found.items or ():
            catalog.add(bytes(item), kind)
    else:
        _keep(kind, found.items or [], place, catalog)


def _keep(kind: Kind | None, items: list[msgspec.Raw], place: Place, catalog: Catalog) -> None:
    odd = catalog.add_list(kind, [bytes(item) for item in items], place)
    if odd:
        catalog.notes.append(f"{odd} of {len(items)} entries of a list are no objects with a name.")


def _replay(recording: Recording, catalog: Catalog) -> None:
    """Take from an exchange what it says of a list, an object or the cluster; pass over what is neither."""
    body = bytes(recording.response.body)
    route = route_of(recording.request)
    if recording.response.status not in (200, 201):
        refusal = refusal_of(recording)
        if refusal and route and route.whole and not route.namespace:
            catalog.refuse(route.api_version, route.plural, refusal)
    elif route is None or not body.startswith(b"{"):
        if recording.request.method == "GET" or b"SelfSubjectReview" in body:
            _note_about(body, catalog)
    elif route.whole:
        _take(body, Place(None, route.namespace, certain=True), catalog)
    else:
        _take_selected(body, catalog)


def _take_selected(body: bytes, catalog: Catalog) -> None:
    found = _decoded(body, _List)
    if found is not None and found.kind.endswith("List") and not found.kind.startswith(_METADATA_ONLY):
        kind = Kind(found.apiVersion, found.kind.removesuffix("List"))
        for item in found.items or ():
            catalog.add(bytes(item), kind)


def _note_about(document: bytes, catalog: Catalog) -> None:
    about = _decoded(document, _About)
    if about is None:
        return
    version = about.serverVersion.gitVersion or about.info.gitVersion or about.gitVersion
    catalog.version = catalog.version or version
    catalog.user = catalog.user or about.status.userInfo.username
    if about.kind == "APIGroupList":
        catalog.groups |= {group.name for group in about.groups if group.name}


def _decoded(document: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(document, type=shape)
    except (msgspec.MsgspecError, RecursionError):
        return None
