"""Who sees what of a dataset: the one answer for page, download, programs and indicators.

By the class of the dataset (Decree 278/2025/NĐ-CP) it is decided whether rows are seen at all, by
the classification of each column (Law 91/2025/QH15) what of them. Nobody sees a column because it
was forgotten: what is not named is dropped.
"""

from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.sharing.choices import Audience
from dothi.datastore.sharing.rules.small_numbers import AT_LEAST
from dothi.datastore.tables.choices import Rule
from dothi.datastore.tables.rules.roles import Role

_SEEN_BY = {
    Share.OPEN: frozenset(Audience),
    Share.DEFAULT: frozenset({Audience.STAFF, Audience.KEEPER}),
    Share.REQUEST: frozenset({Audience.KEEPER}),
    Share.CLOSED: frozenset({Audience.KEEPER}),
}
_OF_COLUMN = {
    (Classification.PERSONAL, Audience.STAFF): Rule.MASK,
    (Classification.PERSONAL, Audience.KEEPER): Rule.MASK,
}


def role_of(contract: Contract, *, share: Share, audience: Audience) -> Role | None:
    """What an audience sees; None where it sees no row, or no column.

    Public columns as they are; personal ones masked for officers and not at all for others;
    sensitive ones for nobody without an approved purpose.
    """
    if audience not in _SEEN_BY[share]:
        return None
    rules = tuple((one.name, _rule(one, audience)) for one in contract.fields)
    if all(rule == Rule.DROP for _name, rule in rules):
        return None
    return Role(name=audience.value, columns=rules)


def may_ask(contract: Contract, *, share: Share, audience: Audience) -> bool:
    """Whether this reader may ask for more than the class of the dataset shows: officers of
    authorities for what is shared on request, and whoever sees a dataset for columns of persons in
    it. What is closed is not asked for."""
    if share == Share.CLOSED:
        return False
    if share == Share.REQUEST:
        return audience != Audience.EVERYBODY
    return any(one.is_personal for one in contract.fields)


def at_least(contract: Contract, audience: Audience) -> int:
    """From which number on counts of rows are shown: where rows speak of persons, small ones would
    name them. Who keeps the data sees them."""
    persons = any(one.is_personal for one in contract.fields)
    return AT_LEAST if persons and audience != Audience.KEEPER else 0


def _rule(one: Field, audience: Audience) -> Rule:
    if one.classification == Classification.PUBLIC:
        return Rule.KEEP
    return _OF_COLUMN.get((one.classification, audience), Rule.DROP)


def fields_seen(contract: Contract, role: Role) -> list[Field]:
    """The columns that a role sees, as the contract describes them."""
    shown = {name for name, rule in role.columns or () if rule != Rule.DROP}
    return [one for one in contract.fields if one.name in shown]
