"""Pages too long to be looked through before they are decoded."""

from typing import Any

import msgspec
import pytest

from kubecfg_core.errors import UpstreamRefused
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.ports.list_sink import ListSink
from kubecfg_core.resources import RawList, ReadState
from kubecfg_kubernetes.client import Answer, Client
from kubecfg_kubernetes.limits import Limits, Room
from kubecfg_kubernetes.listing import KeptPages, Lister

MIB = 1024 * 1024
ITEMS = "[" + ",".join(["{}"] * 500_000) + "]"


class Pages(Client):
    """Answers with these bodies, one after another."""

    def __init__(self, *bodies: str) -> None:
        self.server = "kube.example"
        self.asked: list[str] = []
        self._bodies = list(bodies)

    async def ask(self, path: str, *, query: Any = (), take: Any = None, **options: Any) -> Answer:
        del path, options
        self.asked.append(dict(query).get("continue", ""))
        take(self._bodies.pop(0).encode())
        return Answer(status=200, body=b"")


async def read(client: Client, sink: ListSink | None = None) -> RawList:
    return await Lister(client, PODS, PODS.path(), Limits(page_limit=500), sink or KeptPages()).read()


async def test_a_long_page_tells_at_its_head_where_it_goes_on() -> None:
    head = '{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"next"},'
    pages = Pages(f'{head}"items":{ITEMS}}}\n', '{"kind":"PodList","metadata":{},"items":[]}')

    sink = KeptPages()
    answer = await read(pages, sink)

    assert (pages.asked, answer.state, len(sink.pages)) == (["", "next"], ReadState.LISTED, 2)


async def test_a_long_page_may_tell_it_at_its_end() -> None:
    tail = '"kind":"PodList","metadata":{"continue":"next"}}'
    pages = Pages(f'{{"apiVersion":"v1","items":{ITEMS},{tail}', '{"kind":"PodList","metadata":{},"items":[]}')

    await read(pages)

    assert pages.asked == ["", "next"]


@pytest.mark.parametrize(
    "body",
    [
        f'{{"kind":"Pod","metadata":{{}},"items":{ITEMS}}}',
        f'{{"kind":"PodList","metadata":{{}},"items":{ITEMS}',
        f'{{"kind":"PodList","metadata":{{,"items":{ITEMS}}}',
    ],
    ids=["another kind", "cut off", "no JSON"],
)
async def test_a_long_answer_that_is_no_list_is_refused(body: str) -> None:
    with pytest.raises(UpstreamRefused):
        await read(Pages(body))


def test_the_long_pages_are_long() -> None:
    assert len(msgspec.json.encode(ITEMS)) > 1024 * 1024


async def test_the_lists_of_one_gateway_have_room_together() -> None:
    body, room = f'{{"kind":"PodList","metadata":{{}},"items":{ITEMS}}}', Room(2 * MIB)

    answers = [await Lister(Pages(body), PODS, PODS.path(), Limits(), KeptPages(), room=room).read() for _ in range(2)]

    assert [answer.state for answer in answers] == [ReadState.LISTED, ReadState.PARTIAL]
    assert answers[1].reason == "Not all was read: what is read of the cluster is more than 2 MiB."
