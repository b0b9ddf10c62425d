from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    IMAGE = "image", _("Picture")
    PDF = "pdf", _("PDF document")


class Refusal(TextChoices):
    """Why a file was not taken, in words that say what to do."""

    TOO_LARGE = "too_large", _("The file is larger than we can take. Please send a smaller one.")
    EMPTY = "empty", _("The file is empty. Please choose it again.")
    UNKNOWN = "unknown", _("We can take JPEG, PNG, WebP and HEIC pictures and PDF documents.")
    BROKEN = "broken", _("The file cannot be opened. Please save it again and send that copy.")
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        _("The picture has too many pixels. Please make it smaller."),
    )
    INFECTED = "infected", _("The virus scanner refuses this file.")
    NOT_SCANNED = "not_scanned", _("The virus scanner does not answer. Please try again later.")
