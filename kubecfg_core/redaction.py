"""Take out of a text what looks like a credential, before the text leaves the process or is kept."""

import math
import re
import shlex
from collections import Counter
from typing import Final

MARK: Final = "[REDACTED]"

_TELLING: Final = r"[A-Z0-9_]{0,40}(?:PASS|PWD|TOKEN|SECRET|CRED|KEY|AUTH)[A-Z0-9_]{0,40}"
_GIVEN: Final = r"(?!VALUE\b)"  # what the playbooks put where a person is to put theirs
# Each pattern is linear: no nested repetition. The first group, where there is one, is kept.
_PATTERNS: Final = (
    re.compile(r"-----BEGIN [A-Z0-9 ]{1,64}-----.*?(?:-----END [A-Z0-9 ]{1,64}-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"),  # a JWT, also one that was cut
    re.compile(r"(\b(?i:bearer|basic)\s{1,4})(?=[\w.~+/=-]+[A-Z0-9=])[\w.~+/=-]{8,}"),
    re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{1,20}://)[^\s/]{1,512}@"),
    re.compile(r"\b(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{12,}\b"),
    re.compile(r"\bAIza[\w-]{30,}"),
    re.compile(r"\b(?:gh[pousr]|github_pat|sk|pk|rk|hf|npm|dckr_pat)_[\w-]{16,}"),
    re.compile(r"\b(?:glpat|xox[abprs]|sk)-[\w-]{16,}"),
    re.compile(r"(\b(?:AccountKey|SharedAccessKey|sig)=)[\w%+/=-]{16,}"),
    re.compile(
        r"((?i:pass(?:word|wd|phrase)?|pwd|token|secret|(?:api|access|private)[_-]?key|credentials?)"
        rf"[\"']?\s{{0,4}}[=:]\s{{0,4}}[\"']?){_GIVEN}[^\s\"',;&]{{3,}}"
    ),
    # An environment variable with a telling name: in a shell, and as kubectl shows it in YAML, JSON and describe.
    re.compile(rf"(\b{_TELLING}\s{{0,4}}[=:]\s{{0,8}}[\"']?){_GIVEN}[^\s\"',;&]+"),
    re.compile(rf"(\b{_TELLING}[\"']?\s{{0,4}},?\s{{1,40}}[\"']?value[\"']?\s{{0,4}}:\s{{0,4}}[\"']?)[^\s\"',;&}}]+"),
    re.compile(rf"(\b{_TELLING}[\"']\s{{0,4}},\s{{0,40}}[\"']value[\"']\s{{0,4}}:\s{{0,4}}[\"'])[^\"']+"),
    re.compile(r"(\s--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|token|secret|api-?key)\s{1,4})[^\s-][^\s]*"),
    re.compile(r"(\blast-applied-configuration[\"']?\s{0,4}[=:]).{1,8192}", re.DOTALL),
)
_LONG_WORD: Final = re.compile(r"(?<![\w:/+-])[A-Za-z0-9+/_-]{32,}={0,2}")
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]{2,40}/[a-z0-9-]+")  # `Deployment/api`
_COMMAND_READ: Final = 8192  # characters of a command that are looked at
_COMMAND_KEPT: Final = 2048
_TELLING_FLAG: Final = re.compile(r"--?[\w-]*(?:pass(?:word)?|token|secret|key|credential)[\w-]*", re.IGNORECASE)
_VALUED: Final = re.compile(r"(?:secrets?|env)(?:[/.,]|$)")  # the words that tell that values are being set
_PATCH: Final = re.compile(r"(?P<flag>--patch=|--overrides=|-p=?)(?P<value>.+)", re.DOTALL)
_PATCHED_VALUE: Final = re.compile(r"env|data", re.IGNORECASE)
_LITERAL: Final = re.compile(r"(?P<flag>--from[-_]literal=|--env=|-e=)?(?P<name>[^=\s]+=).*", re.DOTALL)
_LITERAL_FLAGS: Final = ("--from-literal", "--from_literal", "--env", "-e")
_RANDOM_BITS: Final = 4.0  # a character: base64 of random bytes has some 5, a path or a name seldom 4


def redact(text: str) -> str:
    """The text with `[REDACTED]` in place of keys, tokens, passwords and certificates.

    What is in the form of a known credential, is assigned to a telling name, or is long and random. Names of
    Kubernetes objects and image digests stay: they have one case only.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(_mark, text)
    return _LONG_WORD.sub(lambda match: MARK if _is_random(match[0]) else match[0], text)


def redact_command(command: str) -> str:
    """A kubectl command as it may be kept: at most 2048 characters of one line.

    Beside what `redact` takes out: every value that goes into a Secret or an environment variable, whatever its name,
    and the word after a flag that is named like a credential. A command that no shell could split is read as text.
    """
    text = command[:_COMMAND_READ]
    try:
        words = shlex.split(text)
    except ValueError:
        shown = text
    else:
        sets = any(_VALUED.match(word) for word in words)
        pairs = zip(["", *words], words, strict=False)
        shown = " ".join(_shown_word(word, before, sets=sets) for before, word in pairs)
    line = "".join(char if char.isprintable() else " " for char in redact(shown))
    return line if len(line) <= _COMMAND_KEPT else line[: _COMMAND_KEPT - 1] + "…"


def _shown_word(word: str, before: str, *, sets: bool) -> str:
    """The word, quoted for a shell, without a value that is not to be kept. `sets`: the command sets such values."""
    patch = _PATCH.fullmatch(word)
    if patch and (sets or _PATCHED_VALUE.search(patch["value"])):
        return f"{patch['flag']}{MARK}"
    if before in ("-p", "--patch", "--overrides"):
        return MARK if sets or _PATCHED_VALUE.search(word) else shlex.quote(word)
    if _TELLING_FLAG.fullmatch(before) and not word.startswith("-"):
        return MARK
    assigned = _LITERAL.fullmatch(word)
    if assigned and (assigned["flag"] or before in _LITERAL_FLAGS or (sets and not word.startswith("-"))):
        return f"{shlex.quote((assigned['flag'] or '') + assigned['name'])}{MARK}"
    return shlex.quote(word)


def _mark(match: re.Match[str]) -> str:
    kept = match[1] if match.re.groups else ""
    return f"{kept}{MARK}@" if kept.endswith("://") else f"{kept}{MARK}"


def _is_random(word: str) -> bool:
    if _REFERENCE.fullmatch(word):
        return False
    mixed = any(c.isupper() for c in word) and any(c.islower() for c in word) and any(c.isdigit() for c in word)
    if not mixed:
        return False
    shares = [count / len(word) for count in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares) >= _RANDOM_BITS
