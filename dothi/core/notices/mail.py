"""The mail server: what it said, told apart by what is to be done (RFC 5321, section 4.2.1).

An answer of 4xx asks to come back later, one of 5xx is final. When the line breaks after the text
was handed over, the message may or may not be on its way: that is said and not guessed.
"""

import smtplib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

from dothi.core.notices import ports
from dothi.core.notices.choices import Channel
from dothi.core.notices.ports import Later, Refused, Unknown

PERMANENT = 500


class Mail:
    """The mail server of the settings, or files in `var/outbox` where they name none."""

    code = "mail"
    channel = Channel.EMAIL
    capability = ports.Capability()
    sample = False

    def ready(self) -> bool:
        return True

    def written(self, text: str) -> str:
        return text

    def hand_over(self, message: ports.Message) -> ports.Taken:
        mail = EmailMultiAlternatives(
            message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [message.address],
            headers=dict(message.headers),
        )  # fmt: skip
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        deliver(mail)
        return ports.Taken()

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> ports.Heard:
        raise ports.NotGenuine("a mail server reports nothing here")


ports.register(Mail())


def deliver(message: EmailMessage) -> None:
    """Hand a message to the mail server that the settings name.

    Raises:
        Refused, Later, Unknown: see there. Their text names no address and no content.
    """
    line: Any = get_connection()
    try:
        line.open()
    except (smtplib.SMTPException, OSError) as error:
        raise Later(f"no connection: {type(error).__name__}") from error
    handed_over = _watch(line)
    try:
        message.connection = line
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _answer(max(codes), "the address is refused") from error
    except smtplib.SMTPResponseException as error:
        raise _answer(error.smtp_code, "the message is refused") from error
    except (smtplib.SMTPException, OSError) as error:
        if handed_over:
            raise Unknown(f"no answer to the message: {type(error).__name__}") from error
        raise Later(f"the line broke: {type(error).__name__}") from error
    except ValueError as error:  # An address or a subject that is none.
        raise Refused("the address or the subject cannot be written") from error
    finally:
        _close(line)


def _watch(line: Any) -> list[bool]:
    """Note when the text itself goes over the line. Empty for as long as it has not."""
    seen: list[bool] = []
    server: smtplib.SMTP | None = getattr(line, "connection", None)
    if server is not None:
        send = server.data

        def data(text: Any) -> Any:
            seen.append(True)
            return send(text)

        server.data = data  # type: ignore[method-assign, assignment]
    return seen


def _answer(code: int, what: str) -> Exception:
    kind = Refused if code >= PERMANENT else Later
    return kind(f"{what} ({code})")


def _close(line: Any) -> None:
    """The message is decided; a line that does not close well changes nothing."""
    try:
        line.close()
    except (smtplib.SMTPException, OSError):
        line.connection = None
