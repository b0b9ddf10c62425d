"""Why a verb was not done. Each has a sentence for people in `message`, in the active language."""

from collections.abc import Sequence

from django.utils import formats
from django.utils.translation import gettext as _

from dothi.core.verbs.refusals import BadText as BadText
from dothi.core.verbs.refusals import LinkDoesNotOpen as LinkDoesNotOpen
from dothi.core.verbs.refusals import NotAllowedNow as NotAllowedNow
from dothi.core.verbs.refusals import ReasonNeeded as ReasonNeeded
from dothi.core.verbs.refusals import Refused as Refused
from dothi.core.verbs.refusals import TooLate as TooLate
from dothi.procedures.choices import Signing
from dothi.procedures.rules.forms import Mistake


class NotSignedEnough(Refused):
    """The version asks for a signature that says more surely who signed."""

    def __init__(self, needed: Signing) -> None:
        super().__init__(
            _("This procedure asks for more: %(what)s.") % {"what": Signing(needed).label}
        )


class NotSignedSo(Refused):
    """The file that came back is not the application with a digital signature that is taken."""


class BadAnswers(Refused):
    """The form is not filled in as its version asks; `mistakes` says what is wrong where."""

    def __init__(self, mistakes: Sequence[Mistake], *, unknown: Sequence[str] = ()) -> None:
        super().__init__(
            _("The form was changed on the way. Please open it again and send it once more.")
            if unknown
            else _("Some answers are missing or wrong. Please look at the marked fields.")
        )
        self.mistakes = list(mistakes)
        self.unknown = list(unknown)


class BadApplicant(Refused):
    """Who applies is not told as it is needed; `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotOffered(Refused):
    """The procedure is not in force, or is not submitted in this way."""

    def __init__(self) -> None:
        super().__init__(_("This procedure cannot be submitted in this way."))


class VersionChanged(Refused):
    """Another version of the procedure came into force while somebody filled in a draft."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The procedure has changed since you began. Your answers that still fit were kept. "
                "Please look through them once more and then send."
            )
        )


class NoAgency(Refused):
    """The unit receives no dossiers: nobody has given it an identifier."""

    def __init__(self) -> None:
        super().__init__(_("This unit does not receive dossiers. Please choose another one."))


class PapersMissing(Refused):
    """Papers that the version requires are not there; `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(_("These papers are missing: %(names)s.") % {"names": "; ".join(names)})
        self.names = list(names)


class AskedBefore(Refused):
    """Papers are asked for once (NĐ 61/2018/NĐ-CP, điều 19, kept by NĐ 118/2025/NĐ-CP)."""

    def __init__(self) -> None:
        super().__init__(_("Papers were asked for before; the law allows it once."))


class NoExtension(Refused):
    """It was put off before, comes too late, or is too long."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This dossier cannot be put off: it is allowed once, and at the latest on the "
                "working day before the due day."
            )
        )


class NoSuchOutcome(Refused):
    """The step cannot end so, or the way back does not lead there."""

    def __init__(self) -> None:
        super().__init__(_("This step cannot be left in that way."))


class NoResult(Refused):
    """A dossier is finished with what it was for: the results are not all signed."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _("These results are not signed yet: %(names)s.") % {"names": "; ".join(names)}
        )


class SignedBefore(Refused):
    """Every result of the dossier is signed already."""

    def __init__(self) -> None:
        super().__init__(_("The results of this dossier are signed already."))


class RefusalSigned(Refused):
    """It is signed that the request is not granted: nothing is granted beside it."""

    def __init__(self) -> None:
        super().__init__(
            _("It is signed already that this request is not granted. End the step so.")
        )


class RefusalNeeded(Refused):
    """A request is refused by a signed paper, and there is none yet."""

    def __init__(self) -> None:
        super().__init__(
            _("A leader signs first that the request is not granted, on the page of the dossier.")
        )


class CannotSign(Refused):
    """The post has no key to sign with, or not today."""


class StillAsked(Refused):
    """An agency, or the applicant, has not answered yet."""


class NotYours(Refused):
    """The dossier, or a value of it, is for somebody else."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Only the post that has this dossier may do this."))


class NothingToPay(Refused):
    """Nothing of what was named is open."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is to be paid here any more."))


class PaidBefore(Refused):
    """Money came in meanwhile, or more was paid than it would cost."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or _("This was paid already. Please look again; a wrong receipt is voided first.")
        )


class FeesOpen(Refused):
    """What has to be paid before the next act is not paid."""

    def __init__(self, amount: int) -> None:
        super().__init__(
            _("%(amount)s ₫ are to be paid first.")
            % {"amount": formats.number_format(amount, use_l10n=True, force_grouping=True)}
        )


class TakenBefore(Refused):
    """The same file was taken before."""


class BadStatement(Refused):
    """The file cannot be read as a statement of a bank."""


class ProviderSilent(Refused):
    """The payment service does not answer."""

    def __init__(self) -> None:
        super().__init__(
            _("The payment service does not answer. Nothing was paid. Please try again later.")
        )
