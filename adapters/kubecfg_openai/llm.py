"""The language model behind an OpenAI-compatible URL."""

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import SettingsError, UpstreamError, UpstreamRefused, UpstreamTimeout
from kubecfg_core.ports.llm import LLM, Brief, Meter, Usage
from kubecfg_core.secret import Secret
from kubecfg_core.solutions import Solution
from kubecfg_openai import answer, prompt

if TYPE_CHECKING:
    from kubecfg_openai.chat import Chat

_JSON_SCHEMA: Final[dict[str, Any]] = {
    "type": "json_schema",
    "json_schema": {"name": "solution", "strict": True, "schema": answer.schema()},
}
# From the strictest to none: a server that does not know one answers 400, and is asked the next way.
_FORMATS: Final[tuple[dict[str, Any] | None, ...]] = (_JSON_SCHEMA, {"type": "json_object"}, None)
_FORMAT_REFUSED: Final = (400, 415, 422)
_LONGEST_ANSWER: Final = 4096
_SCHEMA_TOKENS: Final = 500


class OpenAILLM(LLM):
    """Asks a model by chat completions, and takes nothing for an answer but a solution.

    `base_url` is what stands before `/chat/completions`. `timeout` is the deadline of one `solve` in seconds, with all
    retries: of what a busy server refused (`attempts` at most, from `retry_wait` seconds apart), of a format that the
    server does not know, and of one answer that is no solution. `max_tokens` bounds each call, what is sent and what
    comes back together; an answer may take half of them, 4096 at most. `egress` is asked about every address that the
    server's name resolves to (`EgressPolicy.for_own`).
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Secret | None = None,
        model: str,
        timeout: float = 60.0,
        max_tokens: int = 16384,
        attempts: int = 3,
        retry_wait: float = 0.5,
        egress: EgressPolicy | None = None,
    ) -> None:
        self._base_url = _check(base_url)
        self._api_key = api_key
        self._model = model
        self._timeout = timeout
        self._max_tokens = max_tokens
        self._answer_tokens = min(_LONGEST_ANSWER, max_tokens // 2)
        self._attempts = attempts
        self._retry_wait = retry_wait
        self._format = 0
        self._egress = egress or EgressPolicy()
        self._chat: Chat | None = None

    @property
    def version(self) -> str:
        """The model and the version of its instructions."""
        return f"{self._model}/{prompt.VERSION}"

    async def solve(self, brief: Brief) -> Solution:
        """The model's solution, validated and bounded; its commands are not judged here.

        Raises `UpstreamTimeout`, `UpstreamUnreachable`, or `UpstreamRefused`, also for an answer that is no solution
        and for a problem that `max_tokens` has no room for.
        """
        return await self.solve_metered(brief, _untold)

    def metered(self, meter: Meter) -> LLM:
        """The same model, over the same connections."""
        return _Metered(self, meter)

    def most_tokens(self, brief: Brief) -> int:
        """Those of the messages, about, and of the longest answer."""
        return self._sent(self._messages(brief)) + self._answer_tokens

    async def solve_metered(self, brief: Brief, meter: Meter) -> Solution:
        """As `solve`; the meter is told of each call that the server answered."""
        messages = self._messages(brief)
        if self._sent(messages) + self._answer_tokens > self._max_tokens:
            raise UpstreamRefused("The language model was not asked: LLM_MAX_TOKENS_PER_CALL has no room for this.")
        try:
            async with asyncio.timeout(self._timeout):
                return await self._solve(messages, meter)
        except TimeoutError as error:
            raise UpstreamTimeout("The language model did not answer in time.") from error

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        chat, self._chat = self._chat, None
        if chat is not None:
            await chat.close()

    def _messages(self, brief: Brief) -> list[dict[str, str]]:
        """What is sent: without the log lines where there is no room for them."""
        messages = _told(brief)
        if brief.logs and self._sent(messages) + self._answer_tokens > self._max_tokens:
            return _told(msgspec.structs.replace(brief, logs=()))
        return messages

    @staticmethod
    def _sent(messages: list[dict[str, str]]) -> int:
        """About how many tokens the messages have, and the schema that goes with them."""
        return sum(prompt.tokens_of(message["content"]) for message in messages) + _SCHEMA_TOKENS

    async def _solve(self, messages: list[dict[str, str]], meter: Meter) -> Solution:
        until = asyncio.get_running_loop().time() + self._timeout
        text = await self._ask(messages, meter, until)
        try:
            return answer.read(text)
        except msgspec.DecodeError as error:
            fault = str(error)
        messages = [
            *messages,
            {"role": "assistant", "content": prompt.clean(text, 4000)},
            {"role": "user", "content": prompt.REPAIR.format(fault=prompt.clean(fault, 300))},
        ]
        try:
            return answer.read(await self._ask(messages, meter, until))
        except msgspec.DecodeError as error:
            raise UpstreamRefused("The language model's answer is not a solution.") from error

    async def _ask(self, messages: list[dict[str, str]], meter: Meter, until: float) -> str:
        """The text of one answer, in the strictest format that the server knows."""
        for format_ in range(self._format, len(_FORMATS)):
            try:
                text = await self._complete(messages, _FORMATS[format_], meter, until)
            except UpstreamRefused as error:
                if error.status not in _FORMAT_REFUSED or format_ == len(_FORMATS) - 1:
                    raise
            else:
                self._format = format_
                return text
        raise UpstreamError(
            "The language model knows no format of an answer."
        )  # pragma: no cover - the last one raises

    async def _complete(
        self, messages: list[dict[str, str]], format_: dict[str, Any] | None, meter: Meter, until: float
    ) -> str:
        import stamina

        from kubecfg_openai.chat import worth_a_retry

        now = asyncio.get_running_loop().time
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "max_completion_tokens": self._answer_tokens,
        }
        if format_ is not None:
            body["response_format"] = format_
        async for attempt in stamina.retry_context(
            on=lambda error: worth_a_retry(error, left=until - now()),
            attempts=self._attempts,
            timeout=self._timeout,
            wait_initial=self._retry_wait,
            wait_jitter=self._retry_wait,
        ):
            with attempt:
                return await self._open().complete(body, meter)
        raise UpstreamError("The language model was not asked.")  # pragma: no cover - the loop returns or raises

    def _open(self) -> "Chat":
        if self._chat is None:
            from kubecfg_openai.chat import Chat

            self._chat = Chat(self._base_url, self._api_key, timeout=self._timeout, egress=self._egress)
        return self._chat


class _Metered(LLM):
    """A model whose calls a meter is told of."""

    def __init__(self, llm: OpenAILLM, meter: Meter) -> None:
        self._llm = llm
        self._meter = meter

    @property
    def version(self) -> str:
        return self._llm.version

    def most_tokens(self, brief: Brief) -> int:
        return self._llm.most_tokens(brief)

    async def solve(self, brief: Brief) -> Solution:
        return await self._llm.solve_metered(brief, self._meter)

    async def close(self) -> None:
        await self._llm.close()


def _untold(usage: Usage) -> None:
    """Tell nobody."""


def _told(brief: Brief) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": prompt.SYSTEM},
        {"role": "user", "content": prompt.user_message(brief)},
    ]


def _check(base_url: str) -> str:
    """The URL to put `/chat/completions` behind. The messages do not quote it: it may hold a credential."""
    try:
        parts = urlsplit(base_url)
    except ValueError:
        raise SettingsError("LLM_API_URL is not a URL.") from None  # the cause quotes a part of it
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        raise SettingsError("LLM_API_URL must be http(s)://host[:port][/path], without a user.")
    return base_url.rstrip("/").removesuffix("/chat/completions")
