"""How the values of a procedure read."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dothi.core.clocks.choices import TimeUnit
from dothi.core.clocks.selectors import amount as amount_of_time
from dothi.lib import text_vi
from dothi.procedures.choices import Per
from dothi.procedures.rules.definition import Fee, Limit


def limit(one: Limit) -> str:
    """A time limit: "15 working days", "The same day"."""
    clock = one.clock
    if clock.unit == TimeUnit.WORK_DAYS and clock.amount == 0:
        if clock.cut_off is None:
            return _("The same day")
        hour = f"{clock.cut_off:%H:%M}"
        return _("The same day; received after %(hour)s, the next working day") % {"hour": hour}
    return amount_of_time(clock.amount, clock.unit)


def fee(one: Fee) -> list[str]:
    """What a line of the tariff costs, a sentence each."""
    if one.amount == 0 and not one.tiers:
        return [_("Free of charge (0 ₫)")]
    price = text_vi.money(one.amount)
    said = [price if one.per == Per.DOSSIER else f"{price} {Per(one.per).label}"]
    for tier in one.tiers:
        said.append(
            _("from page %(page)d: %(price)s")
            % {"page": tier.since, "price": text_vi.money(tier.amount)}
        )
    if one.cap is not None:
        said.append(_("at most %(price)s per copy") % {"price": text_vi.money(one.cap)})
    return said


def copies(number: int) -> str:
    """How many of a paper are asked for."""
    return ngettext("%(n)d copy", "%(n)d copies", number) % {"n": number}
