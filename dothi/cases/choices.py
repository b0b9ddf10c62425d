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
    """What is done with a dossier. `rules.MOVES` says which acts lead to another status."""

    SUBMIT = "submit", _("Submit")
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
    HAND_OVER = "hand_over", _("Hand over to the next step")
    SEND_BACK = "send_back", _("Return to a former step")
    ASSIGN = "assign", _("Give to an officer")
    RELEASE = "release", _("Give back to the post")
    EXTEND = "extend", _("Put off, with an apology")
    CONSULT = "consult", _("Consult another agency")
    CONSULTED = "consulted", _("Note what the agency says")
    SIGN = "sign", _("Sign the result")
    PROPOSE = "propose", _("Show the draft to the applicant")
    AGREE = "agree", _("Agree to the draft")
    OBJECT = "object", _("Ask for the draft to be changed")
    RESCHEDULE = "reschedule", _("Move the day after a change of the calendar")


class Power(TextChoices):
    """What posts may be allowed to do with dossiers; see `permissions.py`."""

    SEE = "cases.see", _("See the dossiers of the unit")
    RECEIVE = "cases.receive", _("Receive dossiers and give back results")
    HANDLE = "cases.handle", _("Handle dossiers at the own post")
    LEAD = "cases.lead", _("Give dossiers to officers, extend and stop")
    SIGN = "cases.sign", _("Sign results of dossiers")
    OPEN = "cases.open", _("Open personal data of dossiers of the own post")
    EXPORT = "cases.export", _("Take dossiers out as a file")
    COLLECT = "cases.collect", _("Collect fees, void receipts and reconcile payments")
    MANAGE = "cases.manage", _("Keep agencies and settings of dossiers")


class Scope(TextChoices):
    """What programs of other offices may be allowed to do; their posts say with which dossiers."""

    READ = "cases.read", _("Read the dossiers of its units")
    SUBMIT = "cases.submit", _("Submit dossiers, and follow the own ones")
    ACT = "cases.act", _("Do what its post may do with dossiers")


class Sent(TextChoices):
    """How far a portal was told of a move."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("Not taken by the portal")
    FAILED = "failed", _("Could not be sent")
    LEFT = "left", _("Let go, with a reason")


STUCK = [Sent.REFUSED, Sent.FAILED]  # It waits for a person.


class Parameter(TextChoices):
    """What the office may set, with a day from which it holds."""

    REPLY_HOURS = "reply_hours", _("Working hours within which what was sent in is looked at")
    AGREE_DAYS = "agree_days", _("Days after which silence on a draft is agreement")
    DRAFT_DAYS = "draft_days", _("Days for which what was not yet sent is kept")
    CALLS = "turn_calls", _("How often a number is called before it is passed over")
    PRIORITY_EVERY = "turn_priority", _("Of how many calls one is for people with priority")
    GRACE = "visit_grace", _("Minutes around an appointment within which it is kept")
    VISIT_AHEAD = "visit_ahead_days", _("Days ahead for which appointments are given")
    VISIT_KEPT = "visit_kept_days", _("Days after an appointment until its person is erased")


class Duty(TextChoices):
    """What a clock of a dossier stands for."""

    REPLY = "reply", _("Look at what was sent in")
    RESULT = "result", _("Give the result")
    STEP = "step", _("Do the internal step")
    AGREE = "agree", _("Agree to the draft")


class Origin(TextChoices):
    """Through which door a dossier came in."""

    OWN = "own", _("Sent in on this site")
    COUNTER = "counter", _("Brought to the counter")
    POST = "post", _("Sent by post")
    NATIONAL = "national", _("Sent in on the national portal")
    MACHINE = "machine", _("Sent in by another system")


# The code of the one result that says that nothing is granted.
REFUSAL = "refusal"


class Part(TextChoices):
    """What somebody is in a dossier."""

    APPLICANT = "applicant", _("Applicant")
    AGENT = "agent", _("Acts for the applicant")


class News(TextChoices):
    """How the applicant wants to be told of every move."""

    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By SMS")
    IN_APP = "in_app", _("On the own page")
    NONE = "none", _("Not at all")


class Delivery(TextChoices):
    """How the applicant gets the result."""

    COUNTER = "counter", _("At the counter")
    POST = "post", _("By post")
    ELECTRONIC = "electronic", _("As a file")


class Assurance(TextChoices):
    """How sure it is who signed what was sent in online, from the least to the most."""

    NAME = "name", _("Name and declaration")
    CODE = "code", _("Name, declaration and a code sent by e-mail")
    ACCOUNT = "account", _("Name and declaration, signed in to an account")
    CERTIFICATE = "certificate", _("Digital signature")


class Altered(TextChoices):
    """What is no longer as it was when the applicant signed."""

    STATEMENT = "statement", _("What was signed does not fit its digest.")
    TRAIL = "trail", _("The audit trail tells of another digest.")
    ANSWERS = "answers", _("The answers are not those that were signed.")
    PEOPLE = "people", _("Who applies is not as it was signed.")
    FILES = "files", _("A file that was signed is gone or was changed.")
    SIGNED_FILE = "signed_file", _("The file with the digital signature is gone or was changed.")


class TurnState(TextChoices):
    """Where a number of the queue is."""

    WAITING = "waiting", _("Waiting")
    CALLED = "called", _("Called")
    SERVED = "served", _("Served")
    NO_SHOW = "no_show", _("Did not come")
    LEFT = "left", _("Left")


class TurnAct(TextChoices):
    """What is done with a number. `rules.TURNS` says from where to where."""

    TAKE = "take", _("Take a number")
    CALL = "call", _("Call")
    AGAIN = "again", _("Call again")
    MISS = "miss", _("Did not come")
    SERVE = "serve", _("Served")
    TRANSFER = "transfer", _("Pass on to another group")
    LEAVE = "leave", _("Give the number back")
    BACK = "back", _("Let wait once more")


class VisitState(TextChoices):
    """How an appointment stands."""

    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    MISSED = "missed", _("Did not come")
    CANCELLED = "cancelled", _("Cancelled")


class Figure(TextChoices):
    """Dossiers of a period that are counted together: each has its list behind it."""

    CARRIED = "carried", _("Brought over from before")
    RECEIVED = "received", _("Received")
    ONLINE = "online", _("Of these online")
    DIRECT = "direct", _("Of these at the counter")
    POST = "post", _("Of these by post")
    FINISHED = "finished", _("Finished")
    EARLY = "early", _("Finished before the due day")
    ON_DAY = "on_day", _("Finished on the due day")
    LATE = "late", _("Finished late")
    NOT_RECEIVED = "not_received", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
    STOPPED = "stopped", _("Handling stopped")
    OPEN = "open", _("Still open")
    NEAR = "near", _("Open, due within a day")
    OVERDUE = "overdue", _("Open and overdue")
    WAITING = "waiting", _("Open, waiting for papers")
    JUDGED = "judged", _("In hand in the period")
    IN_TIME = "in_time", _("Handled in time")
    ELECTRONIC = "electronic", _("Finished with an electronic result")
    DIGITISED = "digitised", _("Received, every paper digitised")
    REUSED = "reused", _("Received, with a paper given before")
    DISLIKED = "disliked", _("Rated with one or two stars")
    CHARGED = "charged", _("Received, with something to pay")
    PAID_ONLINE = "paid_online", _("Received, paid online")
    SYNCED = "synced", _("Received, known whole to the national portal")


class Measure(TextChoices):
    """Indicators of QĐ 766/QĐ-TTg that dossiers and the catalogue can answer, by their numbers."""

    SYNCED = "1.4", _("Dossiers synced with the national portal")
    IN_TIME = "2.1", _("Dossiers handled in time")
    AVERAGE = "2.2", _("Average time of handling")
    OFFERED = "3.1", _("Procedures offered online")
    USED = "3.2", _("Procedures offered online that had a dossier")
    ONLINE = "3.3", _("Dossiers submitted online")
    PAYABLE = "3.5", _("Procedures with something to pay that was paid online")
    PAID = "3.6", _("Dossiers paid online")
    ELECTRONIC = "4.1", _("Dossiers with an electronic result")
    DIGITISED = "4.2", _("Dossiers whose papers are digitised")
    REUSED = "4.3", _("Dossiers that use papers given before")
    CONTENT = "5.4", _("Satisfaction with handling")


class FeeType(TextChoices):
    """What kind of money it is: each has its own series of receipts.

    The first two are those of Luật Phí và lệ phí 97/2015/QH13 (`procedures.choices.FeeKind`).
    """

    FEE = "fee", _("Fee")
    CHARGE = "charge", _("Charge")
    DUTY = "duty", _("Tax or other duty")


class Paid(TextChoices):
    """How money came in."""

    CASH = "cash", _("In cash")
    TRANSFER = "transfer", _("By bank transfer")
    ONLINE = "online", _("Online")
    NOTHING = "nothing", _("Nothing to pay")


class PaymentState(TextChoices):
    """How a try to pay online stands."""

    BEGUN = "begun", _("Not finished")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Not paid")
    DOUBTFUL = "doubtful", _("The amount differs")
    SURPLUS = "surplus", _("Paid although nothing was open")


class Found(TextChoices):
    """What a line of a bank statement came to."""

    MATCHED = "matched", _("Matched")
    DOUBTFUL = "doubtful", _("For a person to look at")
    FOREIGN = "foreign", _("Not for a dossier")
    REPEATED = "repeated", _("Stood in an earlier statement")


class Doubt(TextChoices):
    """Why a line of a bank statement needs a person."""

    NO_REF = "no_ref", _("It names no dossier")
    UNKNOWN = "unknown", _("No dossier has this reference")
    MISSPELT = "misspelt", _("The reference is misspelt")
    AMOUNT = "amount", _("The amount differs from what is open")
    PAID = "paid", _("It was paid before")
    ELSEWHERE = "elsewhere", _("The dossier belongs to another unit")
    UNDONE = "undone", _("A match was undone")
