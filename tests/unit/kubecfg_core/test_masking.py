"""Pseudonyms: what they hide, what they tell, and that the way back is exact."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kubecfg_core.masking import Level, Masker, Privacy
from kubecfg_core.naming import Names

KEY = b"key"
NAMED = [
    ("api", "deployment"),
    ("api-7d9f8b6c5", "replicaset"),
    ("api-7d9f8b6c5-x2x4z", "pod"),
    ("payments-db", "service"),
    ("shop", "namespace"),
    ("ip-10-0-3-7.eu-west-1.compute.internal", "node"),
]
PIECES = st.sampled_from(
    [name for name, _ in NAMED]
    + ["pod-a1b2c3", "deployment-a1b2c3-pod-d4e5f6", "10.1.2.3", "10.0.0.0/8", "fe80::1", "::", "1:2:10.9.8.7:6"]
    + ["07:52:00", "\\n", "\\\\n", "\\", "%2F", "\\u003c", "\\x1b", "Payments-DB", "name-a1b2c3", "Node-A1B2C3"]
    + ["api.shop.svc.cluster.local", "db.corp.example.com", "registry.corp.io/shop/web:1.4-x@sha256:abc", "PAYMENTS_DB"]
    + ["12345678-1234-1234-1234-123456789abc", "ann@corp.example.com", "kube-system", "Pulling image", "lookup ", "http://"]
    + list(" .-_:/@,\"'=()[]{}\n0aZé")
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))
MASKED = st.sampled_from([Level.NAMES, Level.STRICT])


def names() -> Names:
    known = Names()
    for word, kind in NAMED:
        known.add(word, kind)
    return known


def masker(level: Level = Level.NAMES, key: bytes = KEY) -> Masker:
    return Masker(key, level, names(), vocabulary={"pulling", "image", "lookup", "the", "container", "failed"})


@given(text=TEXTS, level=st.sampled_from([Level.OFF, Level.NAMES, Level.STRICT]))
def test_the_way_back_is_exact(text: str, level: Level) -> None:
    one = masker(level)

    assert one.unmask(one.mask(text)) == text


@given(text=TEXTS, level=MASKED)
@example(text="::0000000000-A", level=Level.STRICT)
def test_a_masked_text_is_no_exception(text: str, level: Level) -> None:
    one = masker(level)
    once = one.mask(text)

    assert one.unmask(one.unmask(one.mask(once))) == text


@given(
    word=st.sampled_from([name for name, _ in NAMED if len(name) > 4]),
    before=st.sampled_from(
        ["", " ", '"', "/", "=", "x ", "://", "-", "a-", "api.", "\\n", "\\\\t", "%2F", "\\u003c", "\\"]
    ),
    behind=st.sampled_from(["", " ", '"', "/", ":80", ".", ".shop", "-x", ","]),
    level=MASKED,
)
def test_no_name_survives(word: str, before: str, behind: str, level: Level) -> None:
    assert word not in masker(level).mask(f"{before}{word}{behind}")


@given(text=TEXTS, level=MASKED)
def test_no_pseudonym_is_a_word_of_the_text(text: str, level: Level) -> None:
    one = masker(level)
    one.mask(text)

    assert not {pair.masked for pair in one.pairs} & {pair.unmasked for pair in one.pairs}


@given(text=TEXTS)
def test_no_two_words_have_one_pseudonym(text: str) -> None:
    one = masker()
    one.mask(text)

    assert len({pair.masked for pair in one.pairs}) == len(one.pairs)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("api", r"deployment-[0-9a-f]{6}"),
        ("shop", r"namespace-[0-9a-f]{6}"),
        ("10.1.2.3", r"ipv4-[0-9a-f]{6}"),
        ("fe80::1", r"ipv6-[0-9a-f]{6}"),
        ("10.0.0.0/8", r"cidr-[0-9a-f]{6}"),
        ("db.corp.example.com", r"host-[0-9a-f]{6}"),
        ("12345678-1234-1234-1234-123456789abc", r"uid-[0-9a-f]{6}"),
        ("pvc-12345678-1234-1234-1234-123456789abc", r"word-[0-9a-f]{6}"),
        ("ann@corp.example.com", r"mail-[0-9a-f]{6}"),
        ("http://payments-db:80/", r"http://service-[0-9a-f]{6}:80/"),
        ("http://nowhere:80/", r"http://host-[0-9a-f]{6}:80/"),
        ("lookup db-2 on 10.96.0.10:53", r"lookup host-[0-9a-f]{6} on ipv4-[0-9a-f]{6}:53"),
        (
            "db.shop.svc.cluster.local",
            r"name-[0-9a-f]{6}\.namespace-[0-9a-f]{6}\.svc\.cluster\.local",
        ),
        (
            'image "registry.corp.io/shop/web:1.4"',
            r'image "registry-[0-9a-f]{6}/namespace-[0-9a-f]{6}/image-[0-9a-f]{6}:1\.4"',
        ),
        ("PAYMENTS_DB_SERVICE_HOST", r"service-[0-9a-f]{6}-part-[0-9a-f]{6}"),
    ],
)
def test_a_pseudonym_keeps_the_kind(text: str, pattern: str) -> None:
    assert re.fullmatch(pattern, masker().mask(text))


def test_a_pod_shows_whose_it_is() -> None:
    one = masker()

    assert re.fullmatch(f"{one.mask('api')}-pod-[0-9a-f]{{6}}", one.mask("api-7d9f8b6c5-x2x4z"))


def test_a_word_that_names_several_things_tells_of_the_workload() -> None:
    known = names().child()
    for kind in ("container", "service", "configmap"):
        known.add("api", kind)

    assert known.kind_of("api") == "deployment"


def test_the_order_of_the_words_decides_nothing() -> None:
    words = [name for name, _ in NAMED]
    one, other = masker(), masker()

    assert [one.mask(word) for word in words] == [other.mask(word) for word in reversed(words)][::-1]


@pytest.mark.parametrize(
    "text", ["kube-system", "app.kubernetes.io/name", "127.0.0.1", "::1", "07:52:00", "v1.30.2", "spec.containers",
             "main.py"]
)  # fmt: skip
def test_what_every_cluster_has_stays(text: str) -> None:
    assert masker().mask(text) == text


@pytest.mark.parametrize("text", ["Payments", "PAYMENTS", "PAYMENTS_SERVICE_PORT=80", "x-Payments-y"])
def test_a_name_in_capitals_is_masked(text: str) -> None:
    known = names()
    known.add("payments", "service")

    assert "payments" not in Masker(KEY, Level.NAMES, known).mask(text).lower()


def test_an_ordinary_word_in_capitals_is_none() -> None:
    known = names()
    known.add("image", "configmap")

    assert Masker(KEY, Level.NAMES, known, vocabulary={"image"}).mask("Image") == "Image"


def test_a_model_may_begin_a_sentence_with_a_pseudonym() -> None:
    one = masker()

    assert one.unmask(f"{one.mask('api').capitalize()} crashes.") == "api crashes."


def test_a_word_of_many_parts_is_masked_whole() -> None:
    word = "-".join(["x"] * 40 + ["payments-db"])

    assert "payments-db" not in masker().mask(word)


def test_at_strict_a_long_number_is_masked() -> None:
    assert masker(Level.STRICT).mask("123456789012 137").endswith(" 137")


@pytest.mark.parametrize(
    "unit",
    ["a.", "a/", "a-", "a:", "image ", "image=a/", "://a", "1.", "f:", "a@b.", "\\n", "%2F", "pod-a1b2c3", "api-"],
)
def test_hostile_text_costs_little(unit: str) -> None:
    start = time.process_time()
    masker(Level.STRICT).mask(unit * (8192 // len(unit)))

    assert time.process_time() - start < 1.0


def test_at_strict_every_word_outside_the_vocabulary_is_masked() -> None:
    text = masker(Level.STRICT).mask("pulling the image failed: Zanzibar 12 ImageFailed")

    assert text.startswith("pulling the image failed: word-")
    assert text.endswith(" 12 ImageFailed")


def test_the_same_word_has_the_same_pseudonym_in_every_masker_with_the_key() -> None:
    assert masker().mask("see api") == masker().mask("see api")


def test_another_scope_has_other_pseudonyms() -> None:
    keys = [Privacy(scope=scope).key(b"master") for scope in ("1", "2")]

    assert masker(key=keys[0]).mask("api") != masker(key=keys[1]).mask("api")


def test_a_name_that_looks_like_a_pseudonym_gets_one() -> None:
    one = masker()
    mask = one.mask("api")

    assert masker().mask(mask) != mask


def test_off_masks_nothing() -> None:
    assert masker(Level.OFF).mask("api 10.1.2.3") == "api 10.1.2.3"


def test_only_its_own_pseudonyms_stand_for_something() -> None:
    one = masker()
    mask = one.mask("api")

    assert not one.made_up(f"kubectl get deployment {mask}")
    assert one.made_up("kubectl get deployment deployment-000000")
