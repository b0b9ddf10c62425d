"""The gate before the engine: one question, in words that we know, about datasets that were opened.

What passes is written anew from what was understood, with each dataset at its exact place, so that
the engine never sees a text that was read here in another way.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from dothi.datastore.workbench.choices import Fault
from dothi.datastore.workbench.rules import words

DIALECT = "duckdb"
LONGEST = 10_000  # Letters of a question.
MOST_NODES = 3_000
MOST_TABLES = 20
WORDS = re.compile(r"[\w ]*")


class Refused(Exception):
    """A question that is not let through; `word` is what it fell over, with its place, from 1."""

    def __init__(self, fault: Fault, *, word: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(f"{fault}: {word}")
        self.fault, self.word, self.line, self.column = fault, word, line, column


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the rows of a dataset are, for the engine."""

    catalog: str
    table: str


def tables_of(question: str) -> list[str]:
    """The names that a question reads from, in their order, each once; to be opened.

    Raises:
        Refused: it is no question that may be asked, whatever the names are.
    """
    tree = _parsed(question)
    _checked(tree, question)
    names = dict.fromkeys(table.name for table in _foreign(tree))
    if len(names) > MOST_TABLES:
        raise Refused(Fault.TOO_LONG)
    return list(names)


def written(question: str, places: Mapping[str, Place]) -> str:
    """The question as the engine gets it.

    Raises:
        Refused: see there; also of a name that is not among the places.
    """
    tree = _parsed(question)
    _checked(tree, question)
    foreign = list(_foreign(tree))
    _rename_parts(tree)
    for table in foreign:
        place = places.get(table.name)
        if place is None:
            raise _at(Fault.UNKNOWN_TABLE, table.name, question)
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, True))
        table.replace(
            exp.Table(
                this=exp.to_identifier(place.table, quoted=True),
                db=exp.to_identifier("main", quoted=True),
                catalog=exp.to_identifier(place.catalog, quoted=True),
                alias=alias.copy(),
            )
        )
    return tree.sql(dialect=DIALECT, identify=True, comments=False)


def _parsed(question: str) -> exp.Expr:
    if len(question) > LONGEST:
        raise Refused(Fault.TOO_LONG)
    if not question.strip().strip(";").strip():
        raise Refused(Fault.EMPTY)
    try:
        trees = sqlglot.parse(question, read=DIALECT)
    except SqlglotError as error:
        first = (getattr(error, "errors", None) or [{}])[0]
        raise Refused(
            Fault.NOT_SQL, word=str(first.get("highlight") or "")[:60],
            line=int(first.get("line") or 0), column=_begins(first),
        ) from error  # fmt: skip
    except RecursionError as error:
        raise Refused(Fault.TOO_LONG) from error
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        raise Refused(Fault.ONE_ONLY if found else Fault.EMPTY)
    return found[0]


def _begins(error: Mapping[str, object]) -> int:
    """The parser tells where a word ends."""
    end, word = int(str(error.get("col") or 0)), str(error.get("highlight") or "")
    return max(1, end - len(word) + 1) if end else 0


def _checked(tree: exp.Expr, question: str) -> None:
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
        raise Refused(Fault.ONLY_SELECT, word=tree.key.upper())
    try:
        for count, node in enumerate(tree.walk(), 1):
            if count > MOST_NODES:
                raise Refused(Fault.TOO_LONG)
            _known(node, question)
    except RecursionError as error:
        raise Refused(Fault.TOO_LONG) from error


def _known(node: exp.Expr, question: str) -> None:
    kind = type(node)
    _plain(node)
    if kind in words.STRUCTURE:
        _built_right(node, question)
    elif kind in words.OPERATORS or kind in words.FUNCTIONS:
        return
    elif isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        name = str(node.this)
        if not isinstance(node.this, str) or name.lower() not in words.NAMED:
            raise _at(Fault.FUNCTION, name, question)
    elif isinstance(node, exp.Func):
        name = node.sql_names()[0] if node.sql_names() else node.key
        raise _at(Fault.FUNCTION, name.lower(), question)
    else:
        raise Refused(Fault.NOT_ALLOWED, word=node.key.upper())


def _plain(node: exp.Expr) -> None:
    """Texts in the parts of a node are words, so that nothing is written through them."""
    if isinstance(node, exp.Identifier | exp.Literal):
        if "\0" in node.name:
            raise Refused(Fault.NOT_SQL)
        return
    for value in node.args.values():
        if isinstance(value, str) and not WORDS.fullmatch(value):
            raise Refused(Fault.NOT_ALLOWED, word=value[:60])


def _built_right(node: exp.Expr, question: str) -> None:
    """What a known word may carry: nothing unseen hides in its parts."""
    given = {name for name, value in node.args.items() if value}
    match node:
        case exp.Table():
            if not isinstance(node.this, exp.Identifier):
                raise _at(Fault.FUNCTION, _name_of(node.this), question)
            if {"db", "catalog"} & given:
                raise _at(Fault.UNKNOWN_TABLE, str(node.db or node.catalog), question)
            if given - words.OF_TABLE:
                raise Refused(Fault.NOT_ALLOWED, word=sorted(given - words.OF_TABLE)[0].upper())
        case exp.Select():
            if given - words.OF_SELECT:
                raise Refused(Fault.NOT_ALLOWED, word=sorted(given - words.OF_SELECT)[0].upper())
            if node.args.get("operation_modifiers"):
                raise Refused(Fault.NOT_ALLOWED, word="SELECT")
        case exp.DataType():
            if node.this not in words.TYPES or node.args.get("nested"):
                raise Refused(Fault.NOT_ALLOWED, word=node.sql(DIALECT)[:60])
        case exp.Limit() | exp.Offset():
            amount = node.expression
            if not (isinstance(amount, exp.Literal) and amount.this.isdigit()):
                raise Refused(Fault.NOT_ALLOWED, word="LIMIT")


def _name_of(node: object) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this)
    if isinstance(node, exp.Func) and node.sql_names():
        return node.sql_names()[0].lower()
    return getattr(node, "key", "")


def _foreign(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that are no named part of the question itself."""
    for table in tree.find_all(exp.Table):
        if _part_of(table) is None:
            yield table


def _rename_parts(tree: exp.Expr) -> None:
    """Give each named part a name that nothing else has: where the engine looks one up in another
    way than we do, it finds nothing."""
    parts = [(table, part) for table in tree.find_all(exp.Table) if (part := _part_of(table))]
    new = {id(part): f"part {number}" for number, part in enumerate(tree.find_all(exp.CTE))}
    for table, part in parts:
        if not table.args.get("alias"):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
        table.set("this", exp.to_identifier(new[id(part)], quoted=True))
    for part in tree.find_all(exp.CTE):
        part.args["alias"].set("this", exp.to_identifier(new[id(part)], quoted=True))


def _part_of(table: exp.Table) -> exp.CTE | None:
    """The part (`with …`) that a name means, looked up as the engine does: from the inside out,
    within a list of parts only those that stand before, and itself only where it repeats."""
    name = table.name.lower()
    inside: exp.Expr = table
    above = table.parent
    while above is not None:
        if isinstance(above, exp.With):
            listed: list[exp.CTE] = above.expressions
            for part in listed:
                if part is inside and not _repeats(part, table):
                    break
                if part.alias.lower() == name:
                    return part
                if part is inside:
                    break
        else:
            parts = above.args.get("with_")
            if parts is not None and parts is not inside:
                seen: list[exp.CTE] = parts.expressions
                for part in seen:
                    if part.alias.lower() == name:
                        return part
        inside, above = above, above.parent
    return None


def _repeats(part: exp.CTE, table: exp.Table) -> bool:
    """Whether a part may name itself here: right of the union of a recursive one."""
    query = part.this
    if not (part.parent and part.parent.args.get("recursive") and isinstance(query, exp.Union)):
        return False
    node: exp.Expr | None = table
    while node is not None and node.parent is not query:
        node = node.parent
    return node is query.expression


def _at(fault: Fault, word: str, question: str) -> Refused:
    """The refusal, with the place at which the word stands in the question."""
    line, column = place_of(word, question)
    return Refused(fault, word=word, line=line, column=column)


def place_of(word: str, question: str) -> tuple[int, int]:
    """Line and column of the first token that is this word, from 1; (0, 0) where there is none."""
    try:
        tokens: list[Token] = list(Tokenizer(dialect=DIALECT).tokenize(question))
    except SqlglotError:
        return 0, 0
    for token in tokens:
        if token.token_type != TokenType.STRING and token.text.lower() == word.lower():
            end = token.col - (1 if question[token.end : token.end + 1] == '"' else 0)
            return token.line, max(1, end - len(token.text) + 1)
    return 0, 0
