"""Pseudonyms for what a text names: out they go in place of the real words, and back come the real words."""

import hmac
import re
from collections.abc import Callable, Collection
from enum import StrEnum
from itertools import count
from typing import Final

import msgspec

from kubecfg_core.naming import WORKLOADS, Names, is_host, is_plain, is_public, is_public_address, is_service_host
from kubecfg_core.problems import SensitivePair
from kubecfg_core.wording import words_of

_DIGITS: Final = 6
_MADE: Final = frozenset({"pod", "replicaset", "job"})  # the kinds that workloads make, and give their names to

# `pod-3fa9c0`, and `deployment-12ab9f-pod-77d0e1` for a word that begins with a name or holds one.
_ESCAPE: Final = r"(?:\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[abfnrtv])|%[0-9A-Fa-f]{2})"
_SHAPE: Final = re.compile(
    rf"(?:(?P<escape>{_ESCAPE})|(?<![A-Za-z0-9]))"
    r"(?P<head>[a-z][a-z0-9]{1,39}-[0-9a-f]{6}(?![A-Za-z0-9]))"
    r"(?P<rest>-[a-z][a-z0-9]{1,39}-[0-9a-f]{6}(?![A-Za-z0-9]))?",
    re.IGNORECASE,  # a model may begin a sentence with one
)
_FOUR_OR_WORD: Final = (
    r"(?P<four>(?<![\w.-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?(?![\w-]|\.\w))|(?P<word>\w(?:[\w.-]*\w)?)"
)
_TOKEN: Final = re.compile(
    rf"(?P<escape>{_ESCAPE})(?P<escaped>\w[\w.:-]*)"
    r"|(?P<uid>(?<![\w-])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-]))"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?!\w))"
    r"|(?P<six>(?<![\w:.])(?=[0-9A-Fa-f.]{0,15}:[0-9A-Fa-f.]{0,15}:)[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?(?![\w:]))"
    rf"|{_FOUR_OR_WORD}"
)
_UID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PLAIN_TOKEN: Final = re.compile(_FOUR_OR_WORD)
_SEPARATOR: Final = re.compile(r"[-._]")
_SEGMENT: Final = re.compile(r"[^-._]+")
_LETTER: Final = 2  # characters of an escape whose letter may be the word's own
_LONG_NUMBER: Final = 10  # digits: of an account, not a count
_LEAST_PART: Final = 3  # characters: shorter names count as whole words alone
_MOST_SEGMENTS: Final = 24


class Level(StrEnum):
    """What of a cluster a language model may see, credentials never being any of it.

    `off`: all else. `names`: pseudonyms for names, namespaces, images, hosts and addresses. `strict`: pseudonyms for
    every word that is not of the public vocabulary. `none`: nothing, it is not asked.
    """

    OFF = "off"
    NAMES = "names"
    STRICT = "strict"
    NONE = "none"


class Privacy(msgspec.Struct, frozen=True, kw_only=True):
    """What of a cluster may leave, and whose pseudonyms stand for its names: others in every `scope`."""

    level: Level = Level.NAMES
    scope: str = ""

    def key(self, master: bytes) -> bytes:
        """The key of this scope's pseudonyms."""
        return hmac.digest(master, self.scope.encode("utf-8", "surrogatepass"), "sha256")


class Masker:
    """Masks texts, and takes the masks off again: `unmask(mask(text)) == text` for every text.

    A pseudonym tells the kind (`pod-3fa9c0`), and comes from the word by HMAC with the `key`: it is the same wherever
    the word stands, in every masker with that key, and tells nothing to who has no key. `names` are the words that are
    known to name something, and `vocabulary` the words that leave as they are at `strict`, in lower case.
    """

    def __init__(
        self, key: bytes, level: Level, names: Names | None = None, *, vocabulary: Collection[str] = frozenset()
    ) -> None:
        self._key = key
        self._level = level
        self._names = names or Names()
        self._vocabulary = vocabulary
        self._masks: dict[str, str] = {}
        self._words: dict[str, str] = {}

    @property
    def pairs(self) -> list[SensitivePair]:
        """The words that were masked until now and their masks, in the order of the words."""
        return [SensitivePair(unmasked=word, masked=mask) for word, mask in sorted(self._masks.items())]

    def mask(self, text: str) -> str:
        """The text with pseudonyms. What is in the form of one already gets one too, so that none is ambiguous."""
        if self._level is Level.OFF:
            return text
        self._names.find_in(text)
        return _TOKEN.sub(self._masked, text)

    def unmask(self, text: str) -> str:
        """The text with the real words. Pseudonyms that are none of this masker's stay."""
        return _SHAPE.sub(self._unmasked, text)

    def made_up(self, text: str) -> bool:
        """Whether the text has pseudonyms that this masker never gave: they stand for nothing."""
        return self._level is not Level.OFF and any(self._found(one) is None for one in _SHAPE.finditer(text))

    def _unmasked(self, match: re.Match[str]) -> str:
        found = self._found(match)
        return (match["escape"] or "") + match["head"] + self.unmask(match["rest"] or "") if found is None else found

    def _found(self, match: re.Match[str]) -> str | None:
        """What stood there; `None` where it is none of these. An `n` may be its first letter, or that of a newline."""
        escape, head, rest = match["escape"] or "", match["head"], match["rest"] or ""
        for before, start in ((escape, head), (escape[:-1], escape[-1:] + head)):
            if word := self._words.get((start + rest).lower()):
                return before + word
            if word := self._words.get(start.lower()):
                return before + word + self.unmask(rest)  # a mask of its own may stand behind it
        return None

    def _masked(self, match: re.Match[str]) -> str:
        text = match[0]
        if match["escape"]:
            return self._escaped(match["escape"], match["escaped"])
        if match["uid"] or match["mail"]:
            return self._pseudonym(text, "uid" if match["uid"] else "mail")
        return self._six(text) if match["six"] else self._plain(match)

    def _escaped(self, escape: str, text: str) -> str:
        """What follows an escape, as in JSON or a URL; its letter may be the word's own first one."""
        whole = _PLAIN_TOKEN.sub(self._plain, escape[-1] + text)
        if len(escape) == _LETTER and whole != escape[-1] + text:
            return escape[:-1] + whole
        return escape + _TOKEN.sub(self._masked, text)

    def _plain(self, match: re.Match[str]) -> str:
        return self._address(match[0], "ipv4") if match["four"] else self._word(match[0])

    def _six(self, text: str) -> str:
        """What has two colons: an IPv6 address, with what ends a sentence behind it, or none."""
        address = text if text.endswith("::") else text.rstrip(".:")
        if is_public_address(address) is None:
            return _PLAIN_TOKEN.sub(self._plain, text)
        return self._address(address, "ipv6") + text[len(address) :]

    def _address(self, text: str, kind: str) -> str:
        return text if is_public_address(text) else self._pseudonym(text, "cidr" if "/" in text else kind)

    def _word(self, word: str) -> str:
        if _SHAPE.search(word):
            return self._pseudonym(word, self._kind(word) or "word")
        if is_public(word):
            return word
        if kind := self._kind(word):
            return self._named(word, kind)
        return self._unknown(word)

    def _unknown(self, word: str) -> str:
        """A word that is no name itself: it may hold one, or be strange."""
        if is_service_host(word):
            head, _, tail = word.rpartition(".svc")
            return ".".join(self._label(label) for label in head.split(".")) + f".svc{tail}"
        if is_host(word):
            return self._pseudonym(word, "host")
        if part := self._part(word):
            return self._composed(word, part, "part")
        if word.count("-") + word.count("_") > _MOST_SEGMENTS or _UID.search(word):
            return self._pseudonym(word, "word")
        if "." in word and not is_plain(word):
            return ".".join(self._word(label) if label else "" for label in word.split("."))
        return self._pseudonym(word, "word") if self._is_strange(word) else word

    def _label(self, label: str) -> str:
        """A label of a Service's DNS name: a name, whether it is known or not."""
        masked = self._word(label) if label else ""
        return masked if masked != label or not label or is_public(label) else self._pseudonym(label, "name")

    def _named(self, word: str, kind: str) -> str:
        """A pod whose name begins with its Deployment's shows that it does."""
        owner = self._owner(word) if kind in _MADE else ""
        return self._composed(word, owner, kind) if owner else self._pseudonym(word, kind)

    def _owner(self, name: str) -> str:
        """The workload whose name it begins with, the longest if there are several; empty where there is none."""
        heads = (name[: found.start()] for found in _SEPARATOR.finditer(name))
        return max((head for head in heads if self._names.kind_of(head) in WORKLOADS), key=len, default="")

    def _composed(self, word: str, part: str, kind: str) -> str:
        head = self._pseudonym(part, self._kind(part))
        if word not in self._masks:
            self._give(word, lambda salt: f"{head}-{kind}-{self._digest(word, salt)[:_DIGITS]}")
        return self._masks[word]

    def _pseudonym(self, word: str, kind: str) -> str:
        if word not in self._masks:
            self._give(word, lambda salt: f"{kind}-{self._digest(word, salt)[:_DIGITS]}")
        return self._masks[word]

    def _give(self, word: str, pseudonym: Callable[[int], str]) -> None:
        for salt in count():
            mask = pseudonym(salt)
            if mask not in self._words and not self._names.kind_of(mask):
                self._masks[word], self._words[mask] = mask, word
                return

    def _digest(self, word: str, salt: int) -> str:
        return hmac.digest(self._key, f"{salt}\0{word}".encode("utf-8", "surrogatepass"), "sha256").hex()

    def _kind(self, word: str) -> str:
        """The kind of thing that it names, also in capitals where it is no ordinary word."""
        lower = word.lower()
        return self._names.kind_of(word) or ("" if lower in self._vocabulary else self._names.kind_of(lower))

    def _part(self, word: str) -> str:
        """The known name in the word that itself holds none, between separators; empty where there is none."""
        segments = [found.span() for found in _SEGMENT.finditer(word)][:_MOST_SEGMENTS]
        runs = [word[begin:end] for n, (begin, _) in enumerate(segments) for _, end in segments[n:]]
        known = [run for run in runs if len(run) >= _LEAST_PART and run != word and self._kind(run)]
        longest = max(known, key=len, default="")
        return self._part(longest) or longest if longest else ""

    def _is_strange(self, word: str) -> bool:
        if self._level is not Level.STRICT:
            return False
        if is_plain(word):
            return word.isdecimal() and len(word) >= _LONG_NUMBER
        parts = words_of(word)
        return not parts or any(part.lower() not in self._vocabulary for part in parts)
