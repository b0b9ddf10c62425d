"""The application itself as a paper: to be signed, and as it was sent in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from dothi.cases import selectors
from dothi.cases.models import Dossier, Draft, Signature
from dothi.cases.services.applying import Application, Person
from dothi.cases.services.papers import contents, signature
from dothi.core.attachments import selectors as attachments
from dothi.core.clock import local
from dothi.core.papers import services as papers
from dothi.procedures import selectors as procedures
from dothi.procedures import wording

TITLE = {"vi": "Đơn đề nghị giải quyết thủ tục hành chính", "en": "Application to the office"}
Lines = list[tuple[str, str]]


def to_sign(draft: Draft, application: Application, *, digest: str, at: datetime) -> bytes:
    """The PDF that is signed digitally: everything that will be sent in, with its digest."""
    english = application.language == "en"
    definition = procedures.content_of(draft.version_id)
    with translation.override("en" if english else "vi"):
        read = wording.answers(definition.form, application.answers)
    files = {one.code: one for one in attachments.of(draft.subject)}
    rows = [
        (paper.code, files[code].name, files[code].sha256)
        for paper in application.papers
        for code in paper.files
        if code in files
    ]
    lines = [
        (_say(english, "Thủ tục", "Procedure"),
         f"{definition.name.of(application.language)} ({definition.code})"),
        (_say(english, "Cơ quan giải quyết", "Who decides"), application.unit.name),
        *_people(english, application),
        *[(line.label, line.text) for _code, _name, listed in read for line in listed],
    ]  # fmt: skip
    closing = [
        _say(english, "Tôi cam đoan những điều đã khai là đúng sự thật, giấy tờ nộp kèm là thật.",
             "I declare that what I wrote is true and that the papers are genuine."),
        f"{_say(english, 'Mã đối chiếu (SHA-256)', 'Digest (SHA-256)')}: {digest}",
    ]  # fmt: skip
    who = (application.agent or application.applicant).name
    return _set(
        lines, _files(english, rows), closing, english=english, at=at, to=application.unit.name,
        who=who,
    )  # fmt: skip


def as_sent(dossier: Dossier, *, at: datetime) -> bytes:
    """The application as the dossier keeps it, and how it was signed; without sensitive answers."""
    it = contents.Speaker(dossier)
    with translation.override(it.language):
        read = wording.answers(it.definition.form, dossier.answers)
    said = [(line.label, line.text) for _code, _name, listed in read for line in listed
            if not line.sensitive]  # fmt: skip
    rows = [
        (paper.name, file.name, file.sha256)
        for paper, files in selectors.papers_of(dossier)
        for file in files
    ]
    lines = [*it.matter(), *it.people(), *said]
    kept = Signature.objects.filter(dossier=dossier).first()
    closing = [
        f"{label}: {text}" for label, text in signature.lines(kept, say=it.say, moment=it.moment)
    ]
    return _set(
        lines, _files(it.english, rows), closing, english=it.english, at=kept.at if kept else at,
        to=dossier.unit.name, who=kept.name if kept else "", code=dossier.code,
    )  # fmt: skip


def _people(english: bool, application: Application) -> Lines:
    agent = application.agent
    return [
        *_person(english, _say(english, "Người nộp hồ sơ", "Applicant"), application.applicant),
        *(_person(english, _say(english, "Người được ủy quyền", "Acts for the applicant"), agent)
          if agent else []),
    ]  # fmt: skip


def _person(english: bool, part: str, person: Person) -> Lines:
    born = f"{person.born_on:%d/%m/%Y}" if person.born_on else ""
    pairs = [
        (part, person.name),
        (_say(english, "Số định danh cá nhân", "Identification number"), person.citizen_id),
        (_say(english, "Mã số thuế", "Tax code"), person.tax_code),
        (_say(english, "Ngày sinh", "Date of birth"), born),
        (_say(english, "Địa chỉ", "Address"), person.address),
        (_say(english, "Điện thoại", "Telephone"), person.phone),
        (_say(english, "Thư điện tử", "E-mail"), person.email),
        (_say(english, "Căn cứ ủy quyền", "Acts by"), person.proof),
    ]
    return [(label, value) for label, value in pairs if value]


def _files(english: bool, rows: Sequence[tuple[str, str, str]]) -> Mapping[str, Any]:
    if not rows:
        return contents.NO_TABLE
    return {
        "head": [_say(english, "Giấy tờ", "Paper"), _say(english, "Tệp", "File"), "SHA-256"],
        "widths": [3, 3, 5], "rows": [[name, file, _broken(digest)] for name, file, digest in rows],
    }  # fmt: skip


def _broken(digest: str) -> str:
    """A digest that lines may break."""
    return " ".join(digest[at : at + 16] for at in range(0, len(digest), 16))


def _set(
    lines: Lines, table: Mapping[str, Any], closing: Sequence[str], *, english: bool, at: datetime,
    to: str, who: str, code: str = "",
) -> bytes:  # fmt: skip
    language = "en" if english else "vi"
    on = local(at)
    opening = [f"{_say(english, 'Kính gửi', 'To')}: {to}"]
    sheet = contents.sheet(opening=opening, lines=lines, table=dict(table), closing=closing)
    data = sheet | {
        "language": language, "code": code, "number": "", "day": [on.year, on.month, on.day],
        "title": TITLE[language], "subtitle": "", "agency": "", "agency_above": "",
        "signer_title": _say(english, "Người nộp", "Applicant"), "signer": who,
        "state_name": papers.MOTTO[language][0],
        "motto": papers.MOTTO[language][1], "place_and_date": f"{on:%d/%m/%Y %H:%M}",
        "label_number": "", "label_verify": "", "verify_at": settings.PUBLIC_URL,
    }  # fmt: skip
    return papers.render("case", data, qr_of=f"{settings.PUBLIC_URL}/cases/")


def _say(english: bool, vi: str, en: str) -> str:
    return en if english else vi
