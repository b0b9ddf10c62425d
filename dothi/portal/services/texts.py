"""What an editor saves, cleaned: whoever made it, and with whatever program."""

import re
from dataclasses import dataclass

import nh3
from django.utils.html import linebreaks

from dothi.lib import text_vi

TAGS = {
    "p", "h2", "h3", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "img", "figure",
    "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
# The same meaning under the names that word processors and old pages use.
SAME = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "div": "p"}
_NAMED = re.compile(r"<(/?)(b|i|h1|h4|h5|h6|div)(?=[\s>/])", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|h2|h3|figcaption|caption|blockquote)>(\s|<br>)*</\1>")
_TAG = re.compile(r"<[a-zA-Z/]")


@dataclass(frozen=True, kw_only=True)
class Text:
    """What an editor saves. Bodies are HTML and are sanitised here, whoever made them."""

    title_vi: str
    summary_vi: str = ""
    body_vi: str = ""
    title_en: str = ""
    summary_en: str = ""
    body_en: str = ""
    byline: str = ""
    image: str = ""
    image_alt_vi: str = ""
    image_alt_en: str = ""
    note: str = ""


def clean(html: str) -> str:
    """Keep the tags of an article; links and pictures lead to safe places only.

    What holds no tag at all was typed into the plain box: empty lines part its paragraphs.
    """
    text = text_vi.nfc(html)
    if not _TAG.search(text):
        text = linebreaks(text, autoescape=True) if text.strip() else ""
    renamed = _NAMED.sub(lambda found: f"<{found[1]}{SAME[found[2].lower()]}", text)
    kept = nh3.clean(
        renamed,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        attribute_filter=_keep_attribute,
    )
    return _EMPTY.sub("", kept).strip()


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    # Pictures come from our own files: no reader is reported to another server.
    if tag == "img" and name == "src" and not value.startswith("/files/"):
        return None
    return value
