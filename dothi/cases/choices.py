from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(IntegerChoices):
    """Where a dossier is: the national list TrangThaiHoSo. "Overdue" is none of them."""

    NEW = 1, _("Newly submitted")
    RECEIVED = 2, _("Received for handling")
    NOT_RECEIVED = 3, _("Not received")
    HANDLED = 4, _("Being handled")
    SUPPLEMENT = 5, _("Papers to be supplemented")
    PAYMENT = 6, _("Financial duty to be met")
    WITHDRAWN = 7, _("Withdrawn by the applicant")
    STOPPED = 8, _("Handling stopped")
    DONE = 9, _("Handling finished")
    RETURNED = 10, _("Result given back")


class Act(TextChoices):
    """What moves a dossier from one status to another."""

    RECEIVE = "receive", _("Receive")
    REFUSE = "refuse", _("Refuse to receive")
    BEGIN = "begin", _("Begin handling")
    ASK = "ask", _("Ask for papers")
    SUPPLY = "supply", _("Take in what was asked for")
    CHARGE = "charge", _("Ask for the financial duty")
    SETTLE = "settle", _("Note that the duty is met")
    WITHDRAW = "withdraw", _("Withdraw the dossier")
    STOP = "stop", _("Stop handling")
    FINISH = "finish", _("Finish")
    CORRECT = "correct", _("Correct the result")
    GIVE = "give", _("Give back the result")
