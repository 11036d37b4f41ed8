"""One chat completion by the openai package, bounded, with its errors in our words. Import this late."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import msgspec
import openai

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.ports.llm import Meter, Usage
from kubecfg_core.secret import Secret
from kubecfg_openai.prompt import tokens_of
from kubecfg_openai.transport import GuardedTransport

_MAX_BYTES: Final = 1024 * 1024
# The last is how the client tells itself to leave the answer alone.
_HEADERS: Final = frozenset(
    {"host", "accept", "content-type", "content-length", "user-agent", "x-stainless-raw-response"}
)
_BUSY: Final = (408, 429)
_SERVER_ERROR: Final = 500


class Busy(UpstreamRefused):
    """The language model is overloaded."""

    def __init__(self, message: str, *, status: int, wait: float) -> None:
        super().__init__(message, status=status)
        self.wait = wait


def worth_a_retry(error: Exception, *, left: float) -> bool | float:
    """Whether to ask again, or after how many seconds where the server said so: for stamina.

    Never after the seconds that are `left`: what the server said is told at once then.
    """
    return isinstance(error, Busy) and error.wait < left and (error.wait or True)


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class Chat:
    """A client of one server. It follows no redirect, reads no proxy or key from the environment, retries nothing."""

    def __init__(self, base_url: str, api_key: Secret | None, *, timeout: float, egress: EgressPolicy) -> None:
        self._api_key = api_key
        # The client wants the omission said with each call.
        self._extra: dict[str, Any] = {} if api_key else {"Authorization": openai.Omit()}
        limits = httpx2.Timeout(timeout, connect=min(5.0, timeout))
        http_client = httpx2.AsyncClient(
            transport=GuardedTransport(egress.for_own(base_url), timeout=timeout),
            follow_redirects=False,
            trust_env=False,
            timeout=limits,
            event_hooks={"request": [self._strip], "response": [_bound]},
        )
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key.reveal() if api_key else "none",
            max_retries=0,
            timeout=limits,
            http_client=http_client,
        )

    async def _strip(self, request: httpx2.Request) -> None:
        """Send what is ours alone: the client adds telemetry, and whatever OPENAI_* variables hold for others."""
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        request.headers["Accept-Encoding"] = "identity"
        if self._api_key:
            request.headers["Authorization"] = f"Bearer {self._api_key.reveal()}"

    async def complete(self, body: dict[str, Any], meter: Meter) -> str:
        """The text of the first choice. `meter` is told what it took, by the server or else by a guess.

        Raises `Busy`, `UpstreamRefused`, `UpstreamUnreachable`, `UpstreamTimeout`.
        """
        failure: UpstreamError
        try:
            completions = self._client.chat.completions.with_streaming_response
            async with completions.create(**body, extra_headers=self._extra) as answer:
                return _text(await answer.read(), body, meter)
        except openai.APIStatusError as error:
            failure = _refusal(error)
        except openai.APIConnectionError as error:
            failure = _lost(error)
        except httpx2.HTTPError as error:
            failure = _lost(error)
        # Outside of the handlers: a server may repeat the key in the body that the client's own error quotes.
        raise failure

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


class _Bounded(httpx2.AsyncByteStream):
    """A response's body that ends with an error once it is more than is taken."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > _MAX_BYTES:
                raise UpstreamRefused("The language model answered more than is taken.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise UpstreamRefused("The language model answered in an encoding that was not asked for.")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


def _text(body: bytes, asked: dict[str, Any], meter: Meter) -> str:
    try:
        completion = msgspec.json.decode(body, type=_Completion)
        message = completion.choices[0].message
    except (msgspec.DecodeError, IndexError) as error:
        raise UpstreamRefused("The server at LLM_API_URL does not answer like a language model.") from error
    meter(_usage(completion, asked, message.content or ""))
    if message.refusal or not message.content:
        raise UpstreamRefused("The language model refused to answer.")
    return message.content


def _usage(completion: _Completion, asked: dict[str, Any], said: str) -> Usage:
    told = completion.usage or _Usage()
    sent = sum(tokens_of(message["content"]) for message in asked["messages"])
    return Usage(
        tokens_in=told.prompt_tokens if told.prompt_tokens > 0 else sent,
        tokens_out=told.completion_tokens if told.completion_tokens > 0 else tokens_of(said),
    )


def _refusal(error: openai.APIStatusError) -> UpstreamError:
    status = error.status_code
    if status in _BUSY or status >= _SERVER_ERROR:
        return Busy(f"The language model is not available ({status}).", status=status, wait=_wait(error))
    words = {
        401: "The language model did not accept LLM_API_KEY (401).",
        403: "The language model does not let LLM_API_KEY do this (403).",
        404: "The language model has no such model or path (404): see LLM_MODEL and LLM_API_URL.",
    }
    return UpstreamRefused(words.get(status, f"The language model refused the request ({status})."), status=status)


def _wait(error: openai.APIStatusError) -> float:
    """The seconds that the server wants to be left alone for: given as such, or as a date."""
    said = error.response.headers.get("retry-after", "")
    try:
        return max(float(said), 0.0) if math.isfinite(float(said)) else 0.0
    except ValueError:
        return _until(said)


def _until(said: str) -> float:
    try:
        return max((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return 0.0


def _lost(error: Exception) -> UpstreamError:
    """Told by what is at the root: the client takes a closed connection for a timeout."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    ours = next((cause for cause in causes if isinstance(cause, UpstreamError)), None)
    if ours is not None:
        return ours
    refused = next((cause for cause in causes if isinstance(cause, AddressRefused)), None)
    if refused is not None:
        return UpstreamUnreachable(f"LLM_API_URL: {refused.message}")
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return UpstreamTimeout("The language model did not answer in time.")
    if any("certificate" in str(cause).lower() for cause in causes):
        return UpstreamUnreachable("The certificate of LLM_API_URL cannot be verified.")
    return UpstreamUnreachable("The language model cannot be reached.")
