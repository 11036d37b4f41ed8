"""Text that a page can show without fetching, linking or running anything: for what a language model wrote."""

import re
from typing import Final

LINK_LEFT_OUT: Final = "(link left out)"

_LINK: Final = re.compile(r"!?\[([^\[\]]{0,500})\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,200}\])")
_LINK_TARGET: Final = re.compile(r"^\s{0,3}\[[^\[\]]{1,200}\]:\s*\S+.*$", re.MULTILINE)
_COMMENT: Final = re.compile(r"<!--.{0,4000}?-->", re.DOTALL)
_ELEMENTS: Final = (
    "a|abbr|area|article|audio|b|base|blockquote|body|br|button|canvas|center|code|details|dialog|div|em|embed|fieldset"
    "|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|map|marquee|math"
    "|meta|nav|noscript|object|ol|option|p|param|picture|portal|pre|s|script|section|select|slot|small|source|span"
    "|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track|tt|u|ul|video|wbr"
)
_TAG: Final = re.compile(
    rf"</?(?:{_ELEMENTS})(?=[\s/>])[^<>]{{0,2000}}>"
    r"|<[A-Za-z][\w:-]{0,64}\s[^<>]{0,2000}=[^<>]{0,2000}>"
    r"|<[A-Za-z][A-Za-z0-9+.-]{0,20}:[^<>\s]{0,2000}>",
    re.IGNORECASE,
)
# What comes after in the page would close it.
_UNCLOSED: Final = re.compile(rf"<(?=/?(?:{_ELEMENTS})[\s/>])", re.IGNORECASE)
_URL: Final = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s<>\"']{1,2000}"
    r"|\bwww\.[^\s<>\"']{1,2000}"
    r"|\b(?:data|javascript|vbscript|mailto):[^\s<>\"']{1,2000}",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"[\[\]<>]")
_MOST_LAYERS: Final = 10  # of markup in markup: nobody writes more to be read
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
"""Characters that nobody sees: control characters but tab and newline, and those of Unicode that take no place."""


def plain(text: str, limit: int) -> str:
    """The text without links, images, HTML and invisible characters, cut to `limit` characters.

    A link keeps its words and loses its target; an address that stands for itself is left out, and the text says so.
    """
    text = INVISIBLE.sub("", text[: 4 * limit])
    for _ in range(_MOST_LAYERS):
        bare = _URL.sub(LINK_LEFT_OUT, _without_markup(text))
        if bare == text:
            break
        text = bare  # what is left of one may make up another
    else:
        text = _BRACKETS.sub("", text)
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _without_markup(text: str) -> str:
    for _ in range(_MOST_LAYERS):
        bare = _TAG.sub("", _COMMENT.sub("", _LINK_TARGET.sub("", _LINK.sub(r"\1", text))))
        if bare == text:
            return _UNCLOSED.sub("", text)
        text = bare
    return _BRACKETS.sub("", text)
