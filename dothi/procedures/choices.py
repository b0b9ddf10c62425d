from enum import StrEnum

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Where a dossier is submitted. A decision of the office, so it is data of a version."""

    NATIONAL = "national", _("On the national portal")
    OWN = "own", _("On this site")
    COUNTER = "counter", _("At the counter only")


class Signing(TextChoices):
    """What an applicant signs with who sends in online: at least this."""

    CONFIRM = "confirm", _("Name and declaration")
    PROVED = "proved", _("Signed in, or with a code sent by e-mail")
    CERTIFICATE = "certificate", _("Digital signature")


class Way(IntegerChoices):
    """How a dossier comes in; the numbers of the national list KenhThucHien."""

    DIRECT = 1, _("At the counter")
    ONLINE = 2, _("Online")
    POST = 3, _("By post")


class Applicant(TextChoices):
    """For whom something is applied."""

    CITIZEN = "citizen", _("Citizen")
    BUSINESS = "business", _("Business")
    HOUSEHOLD = "household", _("Business household")


class Level(TextChoices):
    """At which level of government a procedure is decided."""

    PROVINCE = "province", _("Province")
    COMMUNE = "commune", _("Commune")


class PaperForm(TextChoices):
    """In which form a paper is asked for."""

    ORIGINAL = "original", _("Original")
    CERTIFIED = "certified", _("Certified copy")
    COPY = "copy", _("Copy, shown with the original")
    ELECTRONIC = "electronic", _("Electronic")


class FeeKind(TextChoices):
    """Luật Phí và lệ phí 97/2015/QH13, điều 3: a fee pays for a service, a charge is fixed."""

    FEE = "fee", _("Fee")
    CHARGE = "charge", _("Charge")


class Collected(IntegerChoices):
    """When a fee is collected; the numbers of the national list HinhThucThu."""

    RECEIVING = 1, _("When the dossier is received")
    SUPPLEMENT = 2, _("When something is supplemented")
    GIVING = 4, _("When the result is given back")


class Per(TextChoices):
    """What an amount is counted by."""

    DOSSIER = "dossier", _("per dossier")
    COPY = "copy", _("per copy")
    PAGE = "page", _("per page of each copy")


class Trust(TextChoices):
    """How well a value of the catalogue is known."""

    CHECKED = "checked", _("Checked against its source")
    ONE_SOURCE = "one_source", _("Seen in one source")
    LIKELY = "likely", _("Likely, to be confirmed")
    UNSURE = "unsure", _("Unsure, to be confirmed")


class Part(TextChoices):
    """What the page of a procedure has to say.

    Nghị định 63/2010/NĐ-CP, điều 8; QĐ 766/QĐ-TTg, indicator 1.3, asks whether all of it is there.
    """

    SEQUENCE = "sequence", _("What to do, in order")
    MANNER = "manner", _("How to submit")
    PAPERS = "papers", _("Papers to submit")
    LIMIT = "limit", _("Time limit")
    APPLICANTS = "applicants", _("Who may apply")
    AGENCY = "agency", _("Who decides")
    RESULT = "result", _("Result")
    FEE = "fee", _("Fee")
    FORM = "form", _("Form to fill in")
    CONDITIONS = "conditions", _("Conditions to meet")
    BASIS = "basis", _("Legal basis")


class FieldType(TextChoices):
    """What a field of a form holds."""

    TEXT = "text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount in dong")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One of several")
    CHOICES = "choices", _("Any of several")
    CITIZEN_ID = "citizen_id", _("Personal identification number")
    PHONE = "phone", _("Phone number")
    EMAIL = "email", _("E-mail address")
    GROUP = "group", _("Repeated group of fields")


class Prefill(TextChoices):
    """From where a field is filled in before somebody looks at it."""

    NAME = "profile.full_name", _("Name of the account")
    EMAIL = "profile.email", _("E-mail address of the account")
    PHONE = "profile.phone", _("Phone number of the account")
    CITIZEN_ID = "profile.citizen_id", _("Confirmed identification number")


class At(TextChoices):
    """In whose house a step is done."""

    RECEIVING = "receiving", _("The unit that received it")
    COMPETENT = "competent", _("The unit that decides")


class End(TextChoices):
    """How the internal steps of a dossier end."""

    RESULT = "result", _("Result ready")
    REFUSED = "refused", _("Request not granted")


class State(TextChoices):
    """Where a version is. Whether a published one is in force is read off its dates."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Fault(TextChoices):
    """What is wrong with a definition. The first word says of what."""

    PART_MISSING = "part_missing", _("This part is missing.")
    CODE_TWICE = "code_twice", _("This code stands twice.")
    NO_STEPS = "no_steps", _("No internal steps are described.")
    STEP_UNKNOWN = "step_unknown", _("This outcome leads to a step that does not exist.")
    STEP_UNREACHABLE = "step_unreachable", _("No way leads to this step.")
    STEP_DEAD_END = "step_dead_end", _("From this step no way leads to an end.")
    NO_RESULT = "no_result", _("No way leads to a result.")
    ROLE_UNKNOWN = "role_unknown", _("Nobody has this role.")
    CONDITION_WRONG = "condition_wrong", _("This condition cannot be evaluated.")
    VARIABLE_UNKNOWN = "variable_unknown", _("This condition asks for a field that does not exist.")
    CONDITION_CIRCLE = "condition_circle", _("This condition depends on its own field.")
    NEVER_SHOWN = "never_shown", _("This field is never shown.")
    NO_OPTIONS = "no_options", _("There is nothing to choose from.")
    EMPTY_GROUP = "empty_group", _("This group has no fields.")
    GROUP_IN_GROUP = "group_in_group", _("A group cannot stand in a group.")
    NO_DEFAULT_LIMIT = "no_default_limit", _("A time limit without a condition is needed.")
    LIMIT_WRONG = "limit_wrong", _("This time limit contradicts itself.")
    STEPS_TOO_LONG = "steps_too_long", _("The steps together take longer than the time limit.")
    NO_FEE = "no_fee", _("For this way of submitting no fee is stated, not even 0 ₫.")
    FEES_CLASH = "fees_clash", _("Two fees fit the same case.")
    PERIOD_EMPTY = "period_empty", _("This period ends before it begins.")


class Wrong(TextChoices):
    """What is wrong with an answer."""

    REQUIRED = "required", _("Please answer this.")
    FORM = "form", _("This does not have the right form.")
    TOO_LONG = "too_long", _("This is too long.")
    TOO_SHORT = "too_short", _("This is too short.")
    TOO_SMALL = "too_small", _("This is too small.")
    TOO_LARGE = "too_large", _("This is too large.")
    NOT_OFFERED = "not_offered", _("Please choose one of the answers.")
    TOO_FEW = "too_few", _("Please add what is missing.")
    TOO_MANY = "too_many", _("These are too many.")
    UNKNOWN = "unknown", _("The form has no such field.")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "procedures.see"
    DESIGN = "procedures.design"
    PUBLISH = "procedures.publish"
