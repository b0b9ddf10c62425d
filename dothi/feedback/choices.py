from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a report stands: who has to act next. Overdue is derived from the clock, no state."""

    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted")
    NEEDS_INFO = "needs_info", _("Waiting for the reporter")
    FORWARDED = "forwarded", _("Sent to the unit")
    IN_PROGRESS = "in_progress", _("Being handled")
    REOPENED = "reopened", _("Reopened")
    RESOLVED = "resolved", _("Resolved")
    PUBLISHED = "published", _("Result published")
    REJECTED = "rejected", _("Not accepted")
    DUPLICATE = "duplicate", _("Merged with another report")
    TRANSFERRED = "transferred", _("Passed on as a complaint or denunciation")
    LAPSED = "lapsed", _("Closed without an answer from the reporter")


class Act(TextChoices):
    """What moves a report, or is noted in its history."""

    SUBMIT = "submit", _("Received")
    ACCEPT = "accept", _("Accepted")
    REJECT = "reject", _("Not accepted")
    FORWARD = "forward", _("Sent on")
    ASSIGN = "assign", _("Given to an officer")
    ASK = "ask", _("Asked the reporter")
    INFORM = "inform", _("The reporter answered")
    LAPSE = "lapse", _("Closed: no answer came")
    MERGE = "merge", _("Merged with another report")
    UNMERGE = "unmerge", _("Taken apart again")
    PROGRESS = "progress", _("Told how far it is")
    PARTNER = "partner", _("The partner answered")
    RESOLVE = "resolve", _("Resolved")
    PUBLISH = "publish", _("Published")
    HOLD_BACK = "hold_back", _("Held back from the public")
    REOPEN = "reopen", _("Reopened")
    RATE = "rate", _("Rated")
    DANGER = "danger", _("Marked as dangerous")
    TRANSFER = "transfer", _("Passed on as a complaint or denunciation")
    RELEASE = "release", _("Given back to the post")
    RESCHEDULE = "reschedule", _("Due day moved after a change of the calendar")


class Channel(TextChoices):
    """How a report came in."""

    WEB = "web", _("This site")
    PHONE = "phone", _("Telephone")
    COUNTER = "counter", _("At the counter")
    HOTLINE = "1022", _("Hotline 1022")
    OPEN311 = "open311", _("Another app (Open311)")
    PARTNER = "partner", _("A partner")
    IMPORT = "import", _("Taken over from a file")


class Urgency(TextChoices):
    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")


class Visibility(TextChoices):
    """What of a report everybody may read."""

    HELD = "held", _("Nothing is shown")
    FACTS = "facts", _("Subject, place and state are shown")
    PUBLIC = "public", _("Text, photos and result are shown")


class Danger(TextChoices):
    """Whom to call first. The number is what people dial."""

    POLICE = "113", _("Police: call 113")
    FIRE = "114", _("Fire and rescue: call 114")
    AMBULANCE = "115", _("Ambulance: call 115")


class Duty(TextChoices):
    """What the house owes a report in time: each is measured by a clock of its own."""

    FORWARD = "forward", _("Send it to the unit")
    ANSWER = "answer", _("Answer the reporter")
    PARTNER = "partner", _("The partner answers")


class AnswerKind(TextChoices):
    """How a question of a subject is answered: the data types of Open311 (GeoReport v2)."""

    STRING = "string", _("A few words")
    TEXT = "text", _("Several lines")
    NUMBER = "number", _("Number")
    DATETIME = "datetime", _("Date and time")
    ONE = "singlevaluelist", _("One of a list")
    SEVERAL = "multivaluelist", _("Several of a list")


class AnswerFault(TextChoices):
    """Why an answer to a question of a subject is not taken."""

    MISSING = "missing", _("Please answer this question.")
    TOO_LONG = "too_long", _("Please use fewer letters.")
    NO_NUMBER = "no_number", _("Please write a number.")
    NO_MOMENT = "no_moment", _("Please write date and time.")
    NOT_LISTED = "not_listed", _("Please choose from the list.")
    UNKNOWN = "unknown", _("This subject does not ask that.")


class Law(TextChoices):
    """By which law a matter is handled that is no feedback."""

    COMPLAINT = "complaint", _("Complaint (Law on Complaints 02/2011/QH13)")
    DENUNCIATION = "denunciation", _("Denunciation (Law on Denunciations 25/2018/QH14)")


class Sender(TextChoices):
    """Who wrote a message."""

    CITIZEN = "citizen", _("Reporter")
    STAFF = "staff", _("Officer")
    PARTNER = "partner", _("Partner")


class Power(TextChoices):
    """What posts may be allowed to do with feedback; see `permissions.py`."""

    SEE = "feedback.see", _("See the reports of the unit")
    EXPORT = "feedback.export", _("Take reports out as a file")
    ENTER = "feedback.enter", _("Write down a report for a caller or visitor")
    IMPORT = "feedback.import", _("Take reports in from files, and correct their rows")
    ROUTE = "feedback.route", _("Accept, refuse, send on and merge reports")
    ASSIGN = "feedback.assign", _("Give a report to an officer")
    ANSWER = "feedback.answer", _("Handle and answer reports")
    PUBLISH = "feedback.publish", _("Publish reports and results, or hold them back")
    OPEN_REPORTER = "feedback.open_reporter", _("Open who reported, for reports of the own post")
    MANAGE = "feedback.manage_catalogue", _("Keep subjects, routes and time limits")
    SEALED = "feedback.open_sealed", _("Open reports of the protected channel, two together")


class Conduct(TextChoices):
    """Subjects of the protected channel: conduct in office, never opinions or beliefs."""

    CORRUPTION = "corruption", _("Corruption")
    ABUSE = "abuse", _("Abuse of office")
    NEGLECT = "neglect", _("Neglect of duty")
    BAD_SERVICE = "bad_service", _("Bad service")


class Seat(TextChoices):
    """The two places from which the protected channel is opened, only together."""

    FIRST = "first", _("First holder")
    SECOND = "second", _("Second holder")


class Parameter(TextChoices):
    """Figures that the office sets, in rows with a period and a source."""

    REOPEN_DAYS = "reopen_days", _("Days within which a report may be reopened")
    REOPEN_TIMES = "reopen_times", _("How often the public may reopen one report")
    RATE_DAYS = "rate_days", _("Days within which the reporter may rate")
    WAIT_DAYS = "wait_days", _("Days that we wait for the reporter's answer")
    SIMILAR_METRES = "similar_metres", _("Metres within which similar reports are shown")
    MERGE_METRES = "merge_metres", _("Metres within which reports may be merged")
    SIMILAR_DAYS = "similar_days", _("Days for which a closed report counts as similar")
    PARTNER_LINK_DAYS = "partner_link_days", _("Days for which a partner's link opens")


class ImportKind(TextChoices):
    """What kind of file a run took reports from."""

    HOTLINE = "hotline", _("Items of hotline 1022")
    OPEN311 = "open311", _("Open311 requests")


class Aside(TextChoices):
    """What became of a row that could not be taken over."""

    WAITING = "waiting", _("Waiting to be corrected")
    RELEASED = "released", _("Taken over after all")
    DROPPED = "dropped", _("Left out for good")
