"""The words of data that comes by itself."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Whether a source is fetched."""

    PAUSED = "paused", _("Paused")
    RUNNING = "running", _("Active")
    # Stopped by what came: fetching more of it would help nobody before a steward looked.
    HELD = "held", _("Held: needs you")


class Publishing(TextChoices):
    """When what was fetched is published without anybody looking."""

    BY_HAND = "by_hand", _("Never: a steward looks first")
    SOUND = "sound", _("When no line stands aside")
    WITHIN = "within", _("When the share put aside is within the contract")


class Language(TextChoices):
    """In which language somebody outside of the house is written to."""

    VI = "vi", _("Vietnamese")
    EN = "en", _("English")


class Outcome(TextChoices):
    """What came of one try."""

    UNDER_WAY = "under_way", _("Under way")
    DELIVERED = "delivered", _("Came in as a delivery")
    NOTHING = "nothing", _("Nothing new")
    SAME = "same", _("The same as before")
    STOPPED = "stopped", _("Stopped at the door")
    FAULT = "fault", _("Not fetched")
    BROKEN_OFF = "broken_off", _("Broken off")


class Fault(TextChoices):
    """Why something was not fetched. The facts stand beside it; `wording` makes a sentence."""

    # Of the way there: may be gone at the next try.
    UNREACHABLE = "unreachable"
    STATUS = "status"
    SLOW = "slow"
    # Of what is agreed: stays until somebody changes something.
    NOT_ALLOWED = "not_allowed"
    DENIED = "denied"
    HOST_KEY = "host_key"
    NO_FOLDER = "no_folder"
    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    NO_RESOURCE = "no_resource"
    NO_RECORDS = "no_records"
    SETTING = "setting"
    TOO_LARGE = "too_large"
    LOOP = "loop"
    BROKEN = "broken"
    MODE = "mode"
    NO_CONTRACT = "no_contract"
    NO_KIND = "no_kind"
    UNEXPECTED = "unexpected"
    # Of what came in.
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    NOT_PUBLISHED = "not_published"
