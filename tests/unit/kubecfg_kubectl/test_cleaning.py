import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import Secret
from kubecfg_kubectl import cleaning

PROXY = "http://127.0.0.1:4711/random-path"
TARGET = ClusterTarget(name="x", server_url="https://api.example", token=Secret("s3cret-token"))


def errors(text: str) -> str:
    return cleaning.errors(text.encode(), TARGET, PROXY, "/tmp/kubecfg-x/config")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\tb\n", "a\tb\n"),
        (b"\x1b[2J", "\\x1b[2J"),
        (b"a\rb\x00\x7f", "a\\x0db\\x00\\x7f"),
        ("\u009b1m".encode(), "\\x9b1m"),
        (b"\xff", "\ufffd"),
        ("pöd".encode(), "pöd"),
        (b"token s3cret-token", "token ***"),
        (b"running at http://127.0.0.1:4711/random-path/api", "running at https://api.example/api"),
        (b"connection to the server 127.0.0.1:4711 was refused", "connection to the server api.example was refused"),
        (b'the path "/random-path/api"', 'the path "/api"'),
    ],
)
def test_output_is_safe_to_print(raw: bytes, shown: str) -> None:
    assert cleaning.output(raw, TARGET, PROXY) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl!", "got ***!"),
        ("error loading /proc/self/fd/7", "error loading kubeconfig"),
        ("error loading /tmp/kubecfg-x/config: x", "error loading kubeconfig: x"),
        ("pods are forbidden", "pods are forbidden"),
    ],
)
def test_errors_show_nothing_of_ours(raw: str, shown: str) -> None:
    assert errors(raw) == shown


@pytest.mark.parametrize("token", ["", "b"])
def test_a_token_that_is_none_masks_nothing(token: str) -> None:
    anonymous = ClusterTarget(name="x", server_url="https://api.example", token=Secret(token))

    assert cleaning.output(b"abc", anonymous, PROXY) == "abc"
