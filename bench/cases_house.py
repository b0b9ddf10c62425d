"""A house of dossiers to measure in: furnished, then filled by COPY."""

import random
from datetime import date
from typing import Any

import psycopg
from django.db import connection
from psycopg.sql import SQL

from dothi.lib import text_vi

PROCEDURE = "1.004873"
PAST = 0.98  # Share of the seeded ones that is given back.
NAMES = (
    ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng"),
    ("Thị", "Văn", "Minh", "Ngọc", "Thanh", "Hữu", "Đức", "Gia"),
    ("Bảo", "Hải", "Hồng", "Kim", "Mỹ", "Như", "Phương", "Quỳnh", "Thùy", "Trúc", "Tuấn", "Xuân"),
    ("An", "Bình", "Chi", "Dũng", "Hà", "Hạnh", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc"),
)


def furnish() -> None:
    """People, procedures and an agency for each ward, unless the house has them."""
    from bench import seeding
    from dothi.cases import services
    from dothi.cases.models import Agency
    from dothi.core import clock
    from dothi.run.demo import base
    from dothi.units.models import Unit

    if Agency.objects.exists():
        return
    seeding.furnish()
    at = clock.now()
    dict(base.STEPS)["loading the procedures"](at)
    for number, unit in enumerate(Unit.objects.filter(kind="ward", valid_to=None), start=1):
        services.set_agency(
            unit=unit, code=f"38.{number:02}.H29", name_vi=unit.name_vi, name_en=unit.name_vi,
            valid_from=date(2025, 7, 1), by="system", at=at,
        )  # fmt: skip


def answers_to(definition: Any) -> dict[str, Any]:
    """Something that each field takes, as long as the form goes on asking."""
    from dothi.core import clock
    from dothi.procedures.rules import forms

    answers: dict[str, Any] = {}
    for _turn in range(5):
        for one in forms.seen(definition.form, answers):
            answers.setdefault(one.code, _answer(one))
        answers = forms.cleaned(definition.form, answers)
    found = forms.mistakes(definition.form, answers, on=clock.now().date())
    assert not found, found
    return answers


def _answer(field: Any) -> Any:
    match field.type:
        case "yes_no":
            return False
        case "choice":
            return field.options[0].code
        case "choices":
            return [field.options[0].code]
        case "number" | "money":
            return max(1, int(field.least or 1))
        case "date":
            return "1990-05-17"
        case "citizen_id":
            return "079190000001"
        case "phone":
            return "0901234567"
        case "email":
            return "mau@example.vn"
        case "group":
            return [{one.code: _answer(one) for one in field.fields if one.when is None}]
        case _:
            return "Mẫu minh họa"


def name_of(chance: random.Random) -> str:
    return " ".join(chance.choice(part) for part in NAMES)


def phone_of(chance: random.Random) -> str:
    return f"09{chance.randrange(10**8):08}"


def fill(count: int, owner: str) -> int:
    """Copy a dossier that lived until there are so many, each with a name and phone of its own.

    They are of all procedures, a few of them asked for far more often than the others. Most are
    given back; the rest lies open with a specialist of one unit, which is returned. A house that is
    full already stays as it is. `owner` is the address of the database.
    """
    from dothi.cases.models import Dossier, Party

    dossier = Dossier.objects.order_by("id").first()
    assert dossier is not None
    missing = count - Dossier.objects.count()
    if missing > 0:
        _copy(owner, Dossier._meta.db_table, *_dossiers(dossier.pk, missing))
    if Party.objects.count() < Dossier.objects.count():
        _copy(owner, Party._meta.db_table, *_people())
        with connection.cursor() as cursor:
            cursor.execute(f"vacuum analyze {Dossier._meta.db_table}, {Party._meta.db_table}")
    return dossier.unit_id


def _copy(owner: str, table: str, names: str, rows: str) -> None:
    # What refers to what is known to be right: a look for each row would take longer than the rows.
    unasked = "-c session_replication_role=replica"
    with (
        psycopg.connect(owner, autocommit=True) as source,
        psycopg.connect(owner, autocommit=True, options=unasked) as target,
    ):
        out = source.cursor().copy(SQL(f"copy ({rows}) to stdout"))
        into = target.cursor().copy(SQL(f"copy {table} ({names}) from stdin"))
        with out as told, into as kept:
            for block in told:
                kept.write(block)


def _dossiers(pattern: int, count: int) -> tuple[str, str]:
    """The columns, and copies of a dossier: codes, moments and procedures of their own."""
    from dothi.cases.models import Dossier

    table = Dossier._meta.db_table
    own = {
        "code": "'38.99.H29-' || to_char(timestamp '2021-01-01' + n / 700 * interval '1 day',"
        " 'YYMMDD') || '-' || lpad((n % 700 + 1)::text, 4, '0') || lpad(n::text, 7, '0')",
        "secret_hash": "md5(n::text) || md5((n + 1)::text)",
        "version_id": "known.version", "procedure": "known.code", "area": "known.area",
        "clock_id": "null", "step_clock_id": "null", "reply_clock_id": "null",
        "status": "case when open then 4 else 10 end",
        "step": "case when open then 'check' else '' end",
        "handling_role": "case when open then 'specialist' else handling_role end",
        "closed_at": "case when open then null else submitted_at - back end",
        "returned_at": "case when open then null else submitted_at - back end",
        "done_at": "case when open then null else submitted_at - back end",
        "due_at": "case when open then due_at + (n % 5000) * interval '7 minutes' else due_at "
        "- back end",
        **{name: f"{name} - back" for name in ("submitted_at", "received_at", "promised_at",
                                               "changed_at")},
    }  # fmt: skip
    names = [one.column for one in Dossier._meta.concrete_fields if one.column != "id"]
    said = ", ".join(own.get(name, f'"{name}"') for name in names)
    # The first of the list is asked for most: how often falls with the square.
    rows = f"""
        select {said} from (select * from {table} where id = {pattern}) pattern,
            lateral (select n, n % 1000 >= {int(PAST * 1000)} as open,
                     n * interval '150 seconds' as back,
                     (n * 7919 % 1000 / 1000.0) ^ 2 as chance
                     from generate_series(1::bigint, {count}) n) made,
            (select array_agg(version.id order by version.id) as ids from procedures_version version
             where version.state = 'published' and version.valid_to is null) listed,
            lateral (select version.id as version, procedure.code as code, area.code as area
                     from procedures_version version
                     join procedures_procedure procedure on procedure.id = version.procedure_id
                     join procedures_area area on area.id = procedure.area_id
                     where version.id = ids[1 + floor(chance * cardinality(ids))::int]) known
    """
    return ", ".join(f'"{name}"' for name in names), rows


def _people() -> tuple[str, str]:
    """The columns, and an applicant for each copy."""
    from dothi.cases.models import Dossier, Party

    places = [
        f"[1 + abs(hashint8extended(id, {seed}) % {len(part)})]" for seed, part in enumerate(NAMES)
    ]
    written = [f"(array{list(part)!r}){place}" for part, place in zip(NAMES, places, strict=True)]
    folded = [
        f"(array{[text_vi.fold(one) for one in part]!r}){place}"
        for part, place in zip(NAMES, places, strict=True)
    ]
    names = (
        "dossier_id, part, kind, name, folded, phone, email, address, tax_code, citizen_id, "
        "citizen_id_hash, account_hash, proof"
    )
    rows = f"""
        select id, 'applicant', 'citizen', {" || ' ' || ".join(written)},
            {" || ' ' || ".join(folded)}, '09' || lpad((id * 7919 % 100000000)::text, 8, '0'),
            '', '', '', '', '', '', ''
        from {Dossier._meta.db_table} dossier where code like '38.99.%' and not exists (
            select 1 from {Party._meta.db_table} known where known.dossier_id = dossier.id)
    """
    return names, rows
