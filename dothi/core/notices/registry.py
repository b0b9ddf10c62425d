"""What the house writes to people: each notice has a code and texts in both languages."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Template:
    """A notice. Its texts are `notices/<code>.<language>.txt`: subject, empty line, body.

    With `has_page` there is `….html` beside it, for mail programs that show pages; with `has_sms`
    `….sms.txt`, one line that names nobody. What is `urgent` goes out at night, too.
    """

    code: str
    title: str | Promise
    topic: str  # What one unsubscribes from; empty: it cannot be unsubscribed from.
    has_page: bool = False
    has_sms: bool = False
    urgent: bool = False


templates: dict[str, Template] = {}


def register(template: Template) -> Template:
    """Add a notice.

    Raises:
        ValueError: the code is taken.
    """
    if template.code in templates:
        raise ValueError(f"Two notices are named {template.code}.")
    templates[template.code] = template
    return template
