"""What people type about people."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dothi.accounts import registry, rules
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.units.models import Unit


class DayInput(forms.DateInput):
    """The browser's own date field, which speaks ISO 8601."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class UnitField(forms.ModelChoiceField[Unit]):
    """A unit by name and code."""

    def label_from_instance(self, obj: Unit) -> str:
        return f"{obj.name} ({obj.code})"


class PersonField(forms.ModelChoiceField[User]):
    """A person by full name and user name: two may have the same name."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.get_full_name()} ({obj.username})"


class SignupForm(forms.Form):
    """What we ask a citizen beside e-mail and password."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        required=False,
        help_text=_("You may leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        user.full_name = self.cleaned_data["full_name"]
        user.save(update_fields=["full_name"])


class StartForm(forms.Form):
    """The first password, by a one-time link."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class PostForm(forms.Form):
    """A post: what, where, from when until when."""

    unit = UnitField(label=_("Unit"), queryset=Unit.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    title = forms.CharField(label=_("Job title"), max_length=200, required=False)
    valid_from = forms.DateField(label=_("From"), widget=DayInput())
    valid_to = forms.DateField(
        label=_("Until (first day without)"),
        widget=DayInput(),
        required=False,
        help_text=_("Empty: until further notice."),
    )

    def __init__(self, *args: Any, unit_ids: frozenset[int], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(in_force(on), pk__in=unit_ids).order_by("code")
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        field.queryset = units

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begin, end = data.get("valid_from"), data.get("valid_to")
        if begin and end and end <= begin:
            raise ValidationError(_("The post ends before it begins."))
        return data


class PersonForm(PostForm):
    """A new member of staff with the first post."""

    username = forms.CharField(
        label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    field_order = ("username", "full_name", "email")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("This user name is taken."))
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("This e-mail address belongs to another person."))
        return email


class EndPostForm(forms.Form):
    """The first day on which a post is not held any more, and why."""

    on = forms.DateField(label=_("First day without the post"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class DelegateForm(forms.Form):
    """To whom a post is lent, for which days and why."""

    to = PersonField(label=_("Deputy"), queryset=User.objects.none())
    valid_from = forms.DateField(label=_("From"), widget=DayInput())
    valid_to = forms.DateField(label=_("Until (first day without)"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, post: Post, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["to"], colleagues(post.user, on=on))


class LeaveForm(forms.Form):
    """The last day of somebody, and who takes over what is open."""

    on = forms.DateField(label=_("First day without the person"), widget=DayInput())
    successor = PersonField(
        label=_("Who takes over"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Empty: open duties go back to the post."),
    )

    def __init__(self, *args: Any, person: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["successor"], colleagues(person, on=on))


class ImportForm(forms.Form):
    """A sheet of people and posts."""

    file = forms.FileField(
        label=_("CSV file (UTF-8)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 5_000_000:
            raise ValidationError(_("The file is larger than 5 MB."))
        return file


def colleagues(person: User, *, on: date) -> Any:
    """Active staff of the house other than this person, by name."""
    posts = Post.objects.filter(in_force(on)).exclude(Q(user=person))
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True).order_by(
        "full_name", "username"
    )


def _choose(field: forms.Field, people: Any) -> None:
    assert isinstance(field, PersonField)
    field.queryset = people


class MachineForm(forms.Form):
    """A program of another office: who it is, where it stands, and what it may ask for."""

    name = forms.CharField(label=_("Name of the system"), max_length=120)
    code = forms.RegexField(
        label=_("Client id"),
        regex=rf"\A{rules.MACHINE_CODE.pattern}\Z",
        max_length=40,
        help_text=_("Small letters, digits and hyphens, such as power-company."),
    )
    contact = forms.CharField(
        label=_("Whom to call when it misbehaves"), max_length=200, required=False
    )
    unit = UnitField(label=_("Unit"), queryset=Unit.objects.none())
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in rules.MACHINE_ROLES],
        help_text=_("As what it acts: it may do what such a post of this unit may."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may ask for"), widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, unit_ids: frozenset[int], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, scopes = self.fields["unit"], self.fields["scopes"]
        assert isinstance(unit, UnitField)
        assert isinstance(scopes, forms.MultipleChoiceField)
        unit.queryset = Unit.objects.filter(in_force(on), pk__in=unit_ids).order_by("code")
        scopes.choices = sorted(registry.scopes.items())
