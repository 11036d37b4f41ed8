"""Take out of a text what looks like a credential, before the text leaves the process."""

import math
import re
from collections import Counter
from typing import Final

MARK: Final = "[REDACTED]"

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
        r"[\"']?\s{0,4}[=:]\s{0,4}[\"']?)[^\s\"',;&]{3,}"
    ),
)
_LONG_WORD: Final = re.compile(r"(?<![\w:/+-])[A-Za-z0-9+/_-]{32,}={0,2}")
_RANDOM_BITS: Final = 4.0  # a character: base64 of random bytes has some 5, a path or a name seldom 4


def redact(text: str) -> str:
    """The text with `[REDACTED]` in place of keys, tokens, passwords and certificates.

    What is in the form of a known credential, is assigned to a telling name, or is long and random. Names of
    Kubernetes objects and image digests stay: they have one case only.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(_mark, text)
    return _LONG_WORD.sub(lambda match: MARK if _is_random(match[0]) else match[0], text)


def _mark(match: re.Match[str]) -> str:
    kept = match[1] if match.re.groups else ""
    return f"{kept}{MARK}@" if kept.endswith("://") else f"{kept}{MARK}"


def _is_random(word: str) -> bool:
    mixed = any(c.isupper() for c in word) and any(c.islower() for c in word) and any(c.isdigit() for c in word)
    if not mixed:
        return False
    shares = [count / len(word) for count in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares) >= _RANDOM_BITS
