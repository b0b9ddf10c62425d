"""What holds for every domain, asked of every domain."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule

from dothi.core.events.registry import Event

ROOT = Path(__file__).parents[2]
OURS = [m for m in apps.get_models() if m.__module__.startswith("dothi.")]
CLASSES = {"public", "personal", "sensitive"}
TEXTS = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)


def events() -> list[type[Event]]:
    for app in apps.get_app_configs():
        if app.name.startswith("dothi.") and module_has_submodule(app.module, "events"):
            import_module(f"{app.name}.events")
    found, queue = [], [Event]
    while queue:
        for event in queue.pop().__subclasses__():
            queue.append(event)
            ours = event.__module__.startswith("dothi.") and ".tests." not in event.__module__
            if ours and "name" in vars(event):
                found.append(event)
    return found


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_row_says_what_it_is(model: type[models.Model]) -> None:
    doc = model.__doc__ or ""
    assert doc, "say in one sentence what a row is"
    assert not doc.startswith(f"{model.__name__}("), "say in one sentence what a row is"


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_foreign_keys_across_domains_leave_no_reverse_name(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey) or field.related_model not in OURS:
            continue
        if field.remote_field.model._meta.app_label != model._meta.app_label:
            assert field.remote_field.hidden, f"{field}: say related_name='+'"


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_core_keeps_codes_instead_of_keys_to_people(model: type[models.Model]) -> None:
    if not model.__module__.startswith("dothi.core."):
        return
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.model._meta.app_label.startswith("core_"), field


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_personal_fields_are_classified(model: type[models.Model]) -> None:
    """A model that holds text says which of its fields are personal (Luật 91/2025/QH15)."""
    stated = getattr(model, "personal", None)
    names = {field.name for field in model._meta.get_fields()}
    holds_text = any(isinstance(field, TEXTS) for field in model._meta.get_fields())
    if not holds_text:
        return
    assert stated is not None, "add `personal: ClassVar[dict[str, str]] = {…}`; {} when none is"
    assert set(stated) <= names, f"no such field: {set(stated) - names}"
    assert set(stated.values()) <= CLASSES


@pytest.mark.parametrize("event", events(), ids=lambda e: e.name)
def test_every_event_is_documented_and_holds_no_personal_value(event: type[Event]) -> None:
    assert event.__doc__
    reference = (ROOT / "docs" / "reference" / "events.md").read_text("utf-8")
    assert f"`{event.name}`" in reference, "run `make docs`"
    forbidden = re.compile(r"(^|_)(email|phone|address|full_name|reporter|text|title)($|_)")
    assert not [name for name in event.model_fields if forbidden.search(name)]


def test_rules_and_lib_ask_nobody_for_the_time() -> None:
    banned = {"now", "today", "utcnow"}
    pure = [*ROOT.glob("dothi/lib/*.py"), *ROOT.glob("dothi/**/rules.py")]
    assert len(pure) > 5
    for path in pure:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in banned, f"{path}:{node.lineno} asks for the time"


@pytest.mark.parametrize("template", sorted(ROOT.glob("dothi/**/templates/**/*.html")), ids=str)
def test_no_page_needs_a_looser_policy(template: Path) -> None:
    """The content security policy has no `unsafe-inline`: no inline style, script or handler."""
    text = template.read_text("utf-8")
    assert not re.search(r"<[^>]+\sstyle\s*=", text), "style attribute"
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), "inline handler"
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", text)
    assert not inline, "inline script"
    assert "<style" not in text
