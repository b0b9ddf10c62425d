"""Messages of the pages: extract, compile, check. Pure Python: a bare Debian has no gettext.

python tools/messages.py update dothi/feedback   new ids into that app's Vietnamese catalogue
python tools/messages.py compile                 every .po into its .mo
python tools/messages.py check                   refuse empty, fuzzy, missing and broken ones
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "vi"
# What each function takes, by position: context, singular, plural.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|(?<!\{)\{\w*\}(?!\})")


class Message(NamedTuple):
    context: str | None
    singular: str
    plural: str | None
    place: tuple[str, str]

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.singular


def in_python(source: str, place: str) -> Iterator[Message]:
    """Yield the messages of calls with literal text; templates arrive as Python too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in CALLS:
            continue
        parts = [_literal(node, position) for position in CALLS[name]]
        if parts[1] is not None:
            yield Message(parts[0], parts[1], parts[2], (place, str(node.lineno)))


def _literal(node: ast.Call, position: int | None) -> str | None:
    if position is None or position >= len(node.args):
        return None
    argument = node.args[position]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return None


def in_template(source: str, place: str) -> Iterator[Message]:
    """Yield the messages of a template, read by Django's own lexer."""
    from django.template.base import Lexer, TokenType

    block: list[str] | None = None
    plural: list[str] | None = None
    context: str | None = None
    for token in Lexer(source).tokenize():
        line = str(token.lineno or 0)
        if token.token_type == TokenType.BLOCK:
            words = token.split_contents()
            if words[0] in {"blocktranslate", "blocktrans"}:
                block, plural, trimmed = [], None, "trimmed" in words
                context = _after(words, "context")
            elif words[0] in {"endblocktranslate", "endblocktrans"} and block is not None:
                yield Message(
                    context,
                    _join(block, trimmed),
                    _join(plural, trimmed) if plural else None,
                    (place, line),
                )
                block = None
            elif words[0] == "plural" and block is not None:
                plural = []
            elif words[0] in {"translate", "trans"} and words[1][:1] in {'"', "'"}:
                yield Message(_after(words, "context"), _unquote(words[1]), None, (place, line))
            yield from _marked(token.contents, place, line)
        elif token.token_type == TokenType.VAR:
            if block is not None:
                (block if plural is None else plural).append(f"%({token.contents.strip()})s")
            yield from _marked(token.contents, place, line)
        elif token.token_type == TokenType.TEXT and block is not None:
            (block if plural is None else plural).append(token.contents.replace("%", "%%"))


def _marked(contents: str, place: str, line: str) -> Iterator[Message]:
    """Messages written as `_("text")` inside a tag or a variable."""
    for match in re.finditer(r"""_\(("[^"]*"|'[^']*')\)""", contents):
        yield Message(None, _unquote(match[1]), None, (place, line))


def _after(words: list[str], word: str) -> str | None:
    return _unquote(words[words.index(word) + 1]) if word in words else None


def _unquote(word: str) -> str:
    return word[1:-1].replace(f"\\{word[0]}", word[0])


def _join(parts: list[str], trimmed: bool) -> str:
    from django.utils.translation import trim_whitespace

    text = "".join(parts)
    return trim_whitespace(text) if trimmed else text


def messages_of(app: Path) -> dict[tuple[str | None, str], Message]:
    found: dict[tuple[str | None, str], Message] = {}
    for path in sorted(app.rglob("*")):
        place = path.relative_to(ROOT).as_posix()
        if _inner_app(app, path) or "/tests/" in place or "/migrations/" in place:
            continue
        if path.suffix == ".py":
            messages = in_python(path.read_text("utf-8"), place)
        elif "templates" in path.parts and path.is_file():
            messages = in_template(path.read_text("utf-8"), place)
        else:
            continue
        for message in messages:
            if message.singular:
                found.setdefault(message.key, message)
    return found


def _inner_app(app: Path, path: Path) -> bool:
    """Whether the file belongs to another app that lies inside this one."""
    inner = [p for p in path.parents if app in p.parents and (p / "apps.py").exists()]
    return bool(inner)


def apps() -> list[Path]:
    return sorted({path.parent for path in (ROOT / "dothi").rglob("apps.py")})


def catalogue(app: Path) -> Path:
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def update(app: Path) -> None:
    path = catalogue(app)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    found = messages_of(app)
    for key, message in found.items():
        entry = known.pop(key, None) or polib.POEntry(msgid=message.singular, msgctxt=key[0])
        entry.occurrences = [message.place[:1] + ("",)]
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = entry.msgstr_plural or {0: entry.msgstr}
        new.append(entry)
    # Strings of a library that we translate for it are kept: they carry the flag `keep`.
    for entry in known.values():
        if "keep" in (entry.tcomment or ""):
            new.append(entry)
    if not len(new):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))
    empty = [entry.msgid for entry in new if not _translated(entry)]
    print(f"{path.relative_to(ROOT)}: {len(new)} messages, {len(empty)} to translate")
    for msgid in empty:
        print(f"  {msgid!r}")


def _translated(entry: polib.POEntry) -> bool:
    if entry.msgid_plural:
        return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def compile_all() -> None:
    for path in sorted((ROOT / "dothi").rglob("*.po")):
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            half = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(path)).save_as_mofile(str(half))
            half.replace(target)


def faults() -> Iterator[str]:
    """Every reason why a reader would meet English, a guess, a broken or another's sentence."""
    yield from _told_twice()
    for app in apps():
        path = catalogue(app)
        name = path.relative_to(ROOT)
        entries = (
            {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
        )
        for key, message in messages_of(app).items():
            if key not in entries:
                yield f"{name}: missing {message.singular!r} ({':'.join(message.place)})"
        for entry in entries.values():
            if entry.fuzzy:
                yield f"{name}: fuzzy {entry.msgid!r}"
            if not _translated(entry):
                yield f"{name}: empty {entry.msgid!r}"
                continue
            text = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
            wanted = set(PLACEHOLDER.findall(entry.msgid))
            if entry.msgid_plural:
                wanted |= set(PLACEHOLDER.findall(entry.msgid_plural))
            if extra := set(PLACEHOLDER.findall(text)) - wanted:
                yield f"{name}: {entry.msgid!r} has no {', '.join(sorted(extra))}"


def _told_twice() -> Iterator[str]:
    """Ids that two apps translate differently: all share one catalogue, and one would win."""
    told: dict[tuple[str | None, str], tuple[str, Path]] = {}
    for path in sorted((ROOT / "dothi").rglob("*.po")):
        for entry in polib.pofile(str(path)):
            text = entry.msgstr or entry.msgstr_plural.get(0, "")
            other, where = told.setdefault((entry.msgctxt, entry.msgid), (text, path))
            if text != other:
                yield (
                    f"{path.relative_to(ROOT)}: {entry.msgid!r} is {text!r} here and {other!r} in "
                    f"{where.relative_to(ROOT)}; give one of them a context or another id"
                )


def main(arguments: list[str]) -> int:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    match arguments:
        case ["update", *folders]:
            for app in [Path(folder).resolve() for folder in folders] or apps():
                update(app)
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = list(faults())
            print(*found or [f"messages: complete ({django.get_version()})"], sep="\n")
            return bool(found)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
