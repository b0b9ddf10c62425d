"""Who may do what to the description of a dataset. Predicates only: doors turn False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Power, State
from dothi.datastore.catalogue.models import Dataset
from dothi.units.models import Unit

registry.allow(Role.STEWARD, Power.SEE, Power.DESCRIBE, Power.AGREE, Power.PUBLISH)
registry.allow(Role.LEADER, Power.SEE)
registry.allow(Role.AUDITOR, Power.SEE)


def may_describe(user: User, unit: Unit | int, *, on: date) -> bool:
    return accounts.may(user, Power.DESCRIBE, unit, on=on)


def may_agree(user: User, dataset: Dataset, *, on: date) -> bool:
    """What a domain defines in its code is agreed with the code, by nobody at a desk."""
    return not dataset.registered and accounts.may(user, Power.AGREE, dataset.unit_id, on=on)


def may_publish(user: User, dataset: Dataset, *, on: date) -> bool:
    return dataset.state != State.PUBLISHED and accounts.may(
        user, Power.PUBLISH, dataset.unit_id, on=on
    )


def may_retire(user: User, dataset: Dataset, *, on: date) -> bool:
    return dataset.state == State.PUBLISHED and accounts.may(
        user, Power.PUBLISH, dataset.unit_id, on=on
    )
