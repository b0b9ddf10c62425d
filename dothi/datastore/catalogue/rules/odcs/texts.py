"""ODCS documents as text: YAML, of which JSON is a part."""

import re
from typing import Any

import yaml

AT_MOST = 1_000_000  # Characters; a contract of a thousand columns has a third of that.
DEEPEST = 20


class NotYaml(Exception):
    """The text cannot be read. `line` is where, 1-based; 0 where it is the whole."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why, line)
        self.why = why
        self.line = line


class _Plain(yaml.SafeLoader):
    """Dates stay the text that they are: a bound of `2026-01-31` is no other without quotes."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


# Breaks of lines that the writer would take for one another outside of double quotes.
_BREAKS = re.compile("[\r\x85\u2028\u2029]")


class _Exact(yaml.SafeDumper):
    """Every letter comes back as it was."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Exact.add_representer(str, _text)


def dump(document: dict[str, Any]) -> str:
    """The document as YAML, in the order in which people read it."""
    written: str = yaml.dump(
        document, Dumper=_Exact, allow_unicode=True, sort_keys=False, width=100
    )
    return written


def load(text: str) -> Any:
    """What the text says.

    Raises:
        NotYaml: it is too long or too deep, refers to itself, or is no YAML.
    """
    if len(text) > AT_MOST:
        raise NotYaml("too_long")
    try:
        _look(text)
        return yaml.load(text, Loader=_Plain)
    except yaml.MarkedYAMLError as error:
        raise NotYaml("syntax", _line(error.problem_mark)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotYaml("syntax") from error


def _look(text: str) -> None:
    """Refuse what unfolds to more than it shows before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise NotYaml("alias", _line(event.start_mark))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise NotYaml("too_deep", _line(event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(mark: Any) -> int:
    """Where it is, 1-based; 0 where nobody knows."""
    return 0 if mark is None else mark.line + 1
