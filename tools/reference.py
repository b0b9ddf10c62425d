"""Write `docs/reference/` from the code, or check that it is what the code says.

python tools/reference.py write
python tools/reference.py check
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")


def events() -> str:
    from importlib import import_module

    from django.apps import apps
    from django.utils.module_loading import module_has_submodule

    from dothi.core.events.registry import Event

    for app in apps.get_app_configs():
        if (
            app.name.startswith("dothi.")
            and app.module
            and module_has_submodule(app.module, "events")
        ):
            import_module(f"{app.name}.events")
    found: list[type[Event]] = []
    queue: list[type[Event]] = [Event]
    while queue:
        for event in queue.pop().__subclasses__():
            queue.append(event)
            if event.__module__.startswith("dothi.") and "name" in vars(event):
                found.append(event)
    lines = [
        "# Events",
        "",
        "Facts that domains tell one another. They hold no personal value.",
        "",
    ]
    for event in sorted(found, key=lambda e: e.name):
        fields = ", ".join(f"`{name}`" for name in event.model_fields)
        lines += [f"## `{event.name}`", "", _doc(event), "", f"Fields: {fields or 'none'}.", ""]
    return "\n".join(lines)


def indicators() -> str:
    from dothi.datastore.indicators.registry import indicators as registered

    lines = [
        "# Indicators",
        "",
        "Measures with one definition each, read by the wall, the brief and the reports.",
        "",
        "| code | title | unit | scale | better | steward | reads |",
        "|---|---|---|---|---|---|---|",
    ]
    for code, indicator in sorted(registered.items()):
        reads = ", ".join(f"`{table}`" for table in indicator.reads)
        lines.append(
            f"| `{code}` | {indicator.title} | {indicator.unit_of_measure} | "
            f"{indicator.scale.value} | {indicator.better.value} | {indicator.steward} | {reads} |"
        )
    return "\n".join([*lines, ""])


def personal_data() -> str:
    """The register of personal fields, which Luật 91/2025/QH15 asks a controller to keep."""
    from django.apps import apps

    lines = [
        "# Personal data in the tables",
        "",
        "What is not listed holds no personal data. `sensitive` fields are encrypted one by one.",
        "",
        "| table | field | class | what a row is |",
        "|---|---|---|---|",
    ]
    for model in sorted(apps.get_models(), key=lambda m: m._meta.db_table):
        for field, kind in sorted(getattr(model, "personal", {}).items()):
            if kind != "public":
                lines.append(f"| `{model._meta.db_table}` | `{field}` | {kind} | {_doc(model)} |")
    return "\n".join([*lines, ""])


def _doc(of: type) -> str:
    return " ".join((of.__doc__ or "").split("\n\n")[0].split())


def pages() -> Iterator[tuple[Path, str]]:
    import django
    from django.utils import translation

    django.setup()
    with translation.override("en"):
        yield FOLDER / "events.md", events()
        yield FOLDER / "indicators.md", indicators()
        yield FOLDER / "personal-data.md", personal_data()


def main(arguments: list[str]) -> int:
    match arguments:
        case ["write"]:
            FOLDER.mkdir(parents=True, exist_ok=True)
            for path, text in pages():
                path.write_text(text, "utf-8")
            return 0
        case ["check"]:
            stale = [
                path.relative_to(ROOT).as_posix()
                for path, text in pages()
                if not path.exists() or path.read_text("utf-8") != text
            ]
            print(f"stale, run `make docs`: {', '.join(stale)}" if stale else "reference: complete")
            return bool(stale)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
