"""What kubecfg tells the world: CloudEvents, written with the change that they speak of."""

from datetime import datetime
from typing import Final

import msgspec

SOURCE: Final = "kubecfg"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A CloudEvents 1.0 event. `subject` is `clusters/{id}`, say; `data` is JSON-able and holds no credential.

    `id` is unique for ever, so a consumer can drop what it has seen. `time` is UTC.
    """

    id: str
    type: str
    subject: str
    time: datetime
    data: dict[str, str | int | bool | list[str] | None]
    source: str = SOURCE
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
