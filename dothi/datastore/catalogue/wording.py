"""Sentences for what rules and verbs say as facts, in the language of the reader."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import (
    Classification,
    Mode,
    Notation,
    Rhythm,
    Side,
    State,
    Type,
)
from dothi.datastore.catalogue.rules.contract import Fault
from dothi.datastore.catalogue.rules.difference import Departure, Difference
from dothi.datastore.catalogue.rules.odcs import NotOdcs, NotYaml

LABELS = {
    "type": Type, "classification": Classification, "notation": Notation, "mode": Mode,
    "rhythm": Rhythm,
}  # fmt: skip


def refusal(error: services.Refused) -> str:
    """Why a verb did nothing, and what can be done."""
    match error:
        case services.CodeTaken():
            return _("Another dataset has this code.")
        case services.NotReady():
            parts = ", ".join(part(name) for name in error.missing)
            return _("Readers still miss this: %(parts)s.") % {"parts": parts}
        case services.NotSound():
            return " ".join(fault(one) for one in error.faults)
        case services.Unchanged():
            return _("Nothing is different from the contract that holds now.")
        case services.AgreedMeanwhile():
            return _(
                "Somebody agreed version %(number)d meanwhile. Compare with it, then agree again."
            ) % {"number": error.number}
        case services.NotAllowedNow():
            state = State(error.state).label
            return _("This cannot be done now: the dataset is in the state “%(state)s”.") % {
                "state": state
            }
        case services.ReasonMissing():
            return _("Please give a reason: others have to understand it.")
    return _("This cannot be done now.")


def part(name: str) -> str:
    """What a part of a description is called."""
    return {
        "title_vi": _("Title in Vietnamese"),
        "description_vi": _("Description in Vietnamese"),
        "themes": _("Topic"),
        "licence": _("an open licence"),
        "contract": _("an agreed contract"),
    }.get(name, name)


def fault(one: Fault) -> str:
    """What is wrong with a contract or a document of one."""
    sentence = _faults().get(one.code, one.code)
    where = _("Column “%(column)s”: ") % {"column": one.where} if one.where else ""
    return where + sentence % {"what": one.what}


def document_fault(one: Fault) -> str:
    """The same with the place in the document."""
    sentence = _faults().get(one.code, one.code) % {"what": one.what}
    return f"{one.where}: {sentence}" if one.where else sentence


def document_faults(error: NotOdcs | NotYaml) -> list[str]:
    """All that keeps a file from being read as a contract."""
    if isinstance(error, NotOdcs):
        return [document_fault(one) for one in error.faults]
    sentence = {
        "too_long": _("The file is too long for a contract."),
        "too_deep": _("The file is nested too deeply."),
        "alias": _("The file refers to itself (&, *). Please write everything out."),
    }.get(error.why, _("This is no readable YAML or JSON."))
    return [_("Line %(line)d: ") % {"line": error.line} + sentence if error.line else sentence]


def _faults() -> dict[str, str]:
    return {
        "no_columns": _("A contract needs at least one column."),
        "bad_name": _("A name begins with a letter and has only a-z, 0-9 and _."),
        "name_twice": _("Two columns have this name."),
        "head_twice": _("Two columns have this head in the source."),
        "pattern_needs_text": _("A pattern is for text only."),
        "bad_pattern": _("The pattern cannot be read: %(what)s."),
        "bounds_need_numbers": _("A least and a most are for numbers, dates and times only."),
        "bad_reference": _("A reference is written dataset.column; this is “%(what)s”."),
        "unknown_key": _("The key names a column that does not exist."),
        "key_not_required": _("A column of the key must be required."),
        "merge_needs_key": _("Changes by key need a key."),
        "unknown_column": _("A rule names a column that does not exist."),
        "unlike_columns": _("It cannot be compared with “%(what)s”: their types differ."),
        "bad_letter": _("A letter in it cannot be kept."),
        "too_long": _("A title has at most 200 letters, a unit at most 40."),
        "required": _("It is missing, and the standard asks for it."),
        "not_text": _("It must be text; this is “%(what)s”."),
        "not_a_flag": _("It must be true or false; this is “%(what)s”."),
        "not_a_whole_number": _("It must be a whole number; this is “%(what)s”."),
        "not_one_of": _("“%(what)s” is none of the words that may stand here."),
        "not_a_list": _("It must be a list."),
        "not_a_mapping": _("It must be a mapping of names to values."),
        "not_one_table": _("A contract here describes one table; this has %(what)s."),
        "not_a_share": _("It must be a share between 0 and 1; this is “%(what)s”."),
        "bad_custom": _("A custom property has a name and a value."),
        "bad_service_level": _("A service level has a name and a value."),
        "bad_format": _("This way of writing dates is not understood: %(what)s."),
        "unsupported_type": _("Columns of the type “%(what)s” are not supported."),
        "other_version": _("Versions 3.0 to 3.2 of the standard are read; this is %(what)s."),
        "unknown_part": _("The standard knows no such part."),
    }


# --- Differences ---------------------------------------------------------------------------------


def difference(one: Difference) -> str:
    """One change as a sentence."""
    before, after = (_said(one.what, value) for value in (one.before, one.after))
    said = {"column": one.column, "before": before, "after": after}
    match one.what:
        case "added":
            return _("Column “%(column)s” is new (%(after)s).") % {
                **said, "after": Type(one.after).label,
            }  # fmt: skip
        case "removed":
            return _("Column “%(column)s” is gone.") % said
        case "name":
            return _("Column “%(before)s” is now called “%(after)s”.") % said
        case "order":
            return _("The columns stand in another order: %(after)s.") % said
        case "compare_added":
            return _("New rule: %(after)s.") % said
        case "compare_removed":
            return _("No longer a rule: %(before)s.") % said
        case "required" if one.after:
            return _("Column “%(column)s” may no longer be empty.") % said
        case "required":
            return _("Column “%(column)s” may be empty now.") % said
        case "unique" if one.after:
            return _("Column “%(column)s” may hold each value only once now.") % said
        case "unique":
            return _("Column “%(column)s” may hold a value several times now.") % said
    said["what"] = quality(one.what)
    if one.column:
        return _("Column “%(column)s”, %(what)s: %(before)s → %(after)s.") % said
    return _("%(what)s: %(before)s → %(after)s.") % said


def quality(name: str) -> str:
    """What a part of a contract is called."""
    return {
        "head": _("head in the source"),
        "type": _("type"),
        "title_vi": _("title"),
        "title_en": _("title in English"),
        "help_vi": _("explanation"),
        "help_en": _("explanation in English"),
        "classification": _("personal data"),
        "unit": _("unit of measure"),
        "date_format": _("way of writing dates"),
        "notation": _("way of writing numbers"),
        "minimum": _("least"),
        "maximum": _("most"),
        "pattern": _("pattern"),
        "allowed": _("allowed values"),
        "max_length": _("most letters"),
        "reference": _("refers to"),
        "key": _("Key"),
        "mode": _("A delivery is"),
        "rhythm": _("How often"),
        "retention_days": _("Days that rows are kept"),
        "faulty_at_most": _("Share of faulty rows that is let pass"),
        "steward": _("Steward"),
        "purpose": _("Purpose of personal data"),
        "legal_basis": _("Legal basis"),
        "notes": _("Notes"),
    }.get(name, name)


def concerned(sides: Iterable[Side]) -> str:
    """Who cannot go on as before; empty for nobody."""
    found = set(sides)
    if found == {Side.READERS, Side.SOURCES}:
        return _("readers and sources have to follow")
    if Side.READERS in found:
        return _("readers have to follow")
    return _("sources have to follow") if found else ""


def _said(what: str, value: str) -> str:
    if not value:
        return _("nothing")
    kind = LABELS.get(what)
    return str(kind(value).label) if kind is not None and what != "added" else value


# --- Files ---------------------------------------------------------------------------------------


def departure(one: Departure) -> str:
    """Why a file stops at the door."""
    said = {"head": one.head, "like": one.like}
    match one.code:
        case "missing" if one.like:
            return _("Column “%(head)s” is missing. Is it the one called “%(like)s”?") % said
        case "missing":
            return _("Column “%(head)s” is missing.") % said
        case "unknown":
            return _("The contract knows no column “%(head)s”.") % said
    seen, wanted = Type(one.seen).label, Type(one.wanted).label
    return _("Column “%(head)s” should hold: %(wanted)s. It looks like: %(seen)s.") % {
        **said, "wanted": wanted, "seen": seen,
    }  # fmt: skip
