"""Every error of the core has its status, and says no more than it may."""

from collections.abc import Iterator

import msgspec
import pytest
from aiohttp import web

from kubecfg_core import errors
from kubecfg_http.errors import NotJson, answer_error, answer_http, frames

EXPECTED = {
    errors.InvalidInput: 400,
    errors.AddressRefused: 400,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.CommandRefused: 403,
    errors.NotFound: 404,
    errors.AlreadyExists: 409,
    errors.ConfirmationNeeded: 409,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.NotConfigured: 503,
    errors.StorageUnavailable: 503,
    errors.UpstreamError: 502,
    errors.UpstreamUnreachable: 502,
    errors.UpstreamRefused: 502,
    errors.UpstreamTimeout: 504,
    errors.SettingsError: 500,
    errors.PluginError: 500,
}


def made(kind: type[errors.KubecfgError]) -> errors.KubecfgError:
    if kind is errors.CommandRefused:
        return errors.CommandRefused("`-f` is not allowed.", rule="kubectl.flag")
    return kind("what is wrong")


def descendants(kind: type[errors.KubecfgError]) -> Iterator[type[errors.KubecfgError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from descendants(child)


def detail(response: web.Response) -> str:
    assert isinstance(response.body, bytes)
    return msgspec.json.decode(response.body, type=dict[str, str])["detail"]


@pytest.mark.parametrize("kind", list(EXPECTED), ids=lambda kind: kind.__name__)
def test_an_error_has_its_status(kind: type[errors.KubecfgError]) -> None:
    assert answer_error(made(kind)).status == EXPECTED[kind]


def test_no_error_of_the_core_is_forgotten() -> None:
    assert set(descendants(errors.KubecfgError)) == set(EXPECTED)


def test_the_detail_is_the_errors_message() -> None:
    assert detail(answer_error(errors.NotFound("There is no such cluster."))) == "There is no such cluster."


def test_what_is_a_defect_says_nothing_of_itself() -> None:
    assert detail(answer_error(errors.SettingsError("JWT_SECRET_KEY: abc"))) == "Internal error"


def test_a_refused_command_names_its_rule() -> None:
    assert detail(answer_error(made(errors.CommandRefused))) == "`-f` is not allowed. (rule kubectl.flag)"


def test_a_missing_token_says_which_scheme_is_wanted() -> None:
    assert answer_error(errors.Unauthenticated()).headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (2.0, "2"), (2.1, "3")])
def test_too_many_says_when_to_come_back_in_whole_seconds(seconds: float, header: str) -> None:
    assert answer_error(errors.TooMany(retry_after=seconds)).headers["Retry-After"] == header


def test_a_body_that_is_not_json_is_an_unsupported_media_type() -> None:
    assert answer_error(NotJson()).status == 415


def test_a_wrong_method_names_the_right_ones() -> None:
    response = answer_http(web.HTTPMethodNotAllowed("PUT", ["POST", "GET"]))

    assert (response.status, response.headers["Allow"]) == (405, "GET, POST")


def fail_twice(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise RuntimeError(f"token {text}") from error


def test_frames_tell_where_and_never_what() -> None:
    with pytest.raises(RuntimeError) as caught:
        fail_twice("s3cret")
    told = frames(caught.value)

    assert "s3cret" not in told
    assert "RuntimeError at " in told
    assert "; from ValueError at " in told
    assert "fail_twice" in told
