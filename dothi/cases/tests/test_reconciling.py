"""Statements of a bank: what fits is matched, a person sees what does not, nothing is lost."""

import io

import pytest
from openpyxl import Workbook

from dothi.cases import selectors, services
from dothi.cases.choices import Doubt, Found, Origin, Paid
from dothi.cases.models import Dossier, Statement, StatementLine
from dothi.cases.services.fees.reading import amount_of, day_of, read_statement
from dothi.cases.tests.factories import Office, at
from dothi.lib import payref
from dothi.procedures.choices import Way

NOW = at("03T09:00")
HEAD = "Ngày giao dịch;Số tham chiếu;Ghi nợ;Ghi có;Số dư;Nội dung giao dịch;Tên đối ứng"


def file(*rows: str) -> bytes:
    front = "NGÂN HÀNG MẪU;;;;;;\nSố tài khoản;0123456789;;;;;\n"
    return (front + HEAD + "\n" + "\n".join(rows) + "\n").encode("utf-8-sig")


def row(purpose: str, amount: str = "50.000", ref: str = "FT1", day: str = "02/03/2026") -> str:
    return f"{day};{ref};;{amount};1.000.000;{purpose};NGUYEN VAN MAU"


def dossier_of(office: Office) -> Dossier:
    return office.received(way=Way.DIRECT, origin=Origin.COUNTER)


def taken(office: Office, content: bytes, *, name: str = "sao-ke.csv") -> Statement:
    return services.take_statement(
        name=name, content=content, unit=office.river, by=office.counter, at=NOW
    )


def only_line(statement: Statement) -> StatementLine:
    return StatementLine.objects.get(statement=statement)


def test_a_reference_with_the_right_amount_is_matched_by_itself(office: Office) -> None:
    dossier = dossier_of(office)
    purpose = f"MBVCB.12.{payref.reference(dossier.code)}.CT tu 001 toi 002"
    line = only_line(taken(office, file(row(purpose))))
    assert (line.found, line.dossier) == (Found.MATCHED, dossier)
    [receipt] = selectors.fees_of(dossier).receipts
    assert (receipt.how, receipt.line, receipt.amount) == (Paid.TRANSFER, line, 50_000)


def test_the_same_file_is_refused_and_an_overlapping_one_counts_nothing_twice(
    office: Office,
) -> None:
    dossier = dossier_of(office)
    first = row(payref.reference(dossier.code))
    taken(office, file(first))
    with pytest.raises(services.TakenBefore, match=r"sao-ke\.csv"):
        taken(office, file(first), name="another.csv")
    both = taken(office, file(first, row("Tien dien", "12.000", "FT2")))
    found = [line.found for line in StatementLine.objects.filter(statement=both).order_by("number")]
    assert found == [Found.REPEATED, Found.DOUBTFUL]
    assert len(selectors.fees_of(dossier).receipts) == 1


def test_what_does_not_fit_waits_with_a_reason_and_offers(office: Office) -> None:
    dossier, paid = dossier_of(office), dossier_of(office)
    services.collect(dossier=paid, by=office.counter, at=NOW, how=Paid.CASH)
    reference = payref.reference(dossier.code)
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    elsewhere = office.received(
        application=office.permit_for(unit=office.hill), way=Way.DIRECT, origin=Origin.COUNTER
    )
    statement = taken(
        office,
        file(
            row(reference, "40.000", "A"),
            row(wrong, ref="B"),
            row(payref.reference(paid.code), ref="C"),
            row("nop tien ho so", ref="D"),
            row(payref.reference(elsewhere.code), ref="E"),
            row(payref.reference("38.01.H29-260302-9999"), ref="F"),
        ),
    )
    lines = selectors.lines_of(statement)
    assert [line.why for line in lines] == [
        Doubt.AMOUNT, Doubt.MISSPELT, Doubt.PAID, Doubt.NO_REF, Doubt.ELSEWHERE, Doubt.UNKNOWN,
    ]  # fmt: skip
    offers = selectors.offers_for(lines, office.river)
    assert offers[lines[1].pk][0].code == dossier.code
    assert offers[lines[3].pk][0].fits
    assert not selectors.fees_of(dossier).receipts


def test_a_person_matches_undoes_and_matches_again(office: Office) -> None:
    dossier = dossier_of(office)
    line = only_line(taken(office, file(row("nop tien", "70.000"))))
    services.match(line=line, dossier=dossier, by=office.counter, at=NOW)
    with pytest.raises(services.PaidBefore):
        services.match(line=line, dossier=dossier, by=office.counter, at=NOW)
    assert selectors.fees_of(dossier).open == 0
    line.refresh_from_db()
    assert services.refundable(line) == 20_000
    services.refund(amount=20_000, why="Chuyển thừa", by=office.counter, at=NOW, line=line)
    services.unmatch(line=line, reason="Nhầm hồ sơ", by=office.counter, at=NOW)
    assert selectors.fees_of(dossier).open == 50_000
    line.refresh_from_db()
    assert (line.found, line.why, line.dossier) == (Found.DOUBTFUL, Doubt.UNDONE, None)
    services.match(line=line, dossier=dossier, by=office.counter, at=NOW)
    assert [one.number for one in selectors.fees_of(dossier).receipts] == [1, 2]


def test_less_than_is_open_is_taken_as_a_part(office: Office) -> None:
    dossier = dossier_of(office)
    line = only_line(taken(office, file(row(payref.reference(dossier.code), "20.000"))))
    services.match(line=line, dossier=dossier, by=office.counter, at=NOW)
    assert selectors.fees_of(dossier).open == 30_000


def test_money_for_something_else_is_set_aside_and_taken_up_again(office: Office) -> None:
    line = only_line(taken(office, file(row("tien thue mat bang"))))
    with pytest.raises(services.ReasonNeeded):
        services.set_aside(line=line, note=" ", by=office.counter, at=NOW)
    services.set_aside(line=line, note="Tiền thuê", by=office.counter, at=NOW)
    services.look_again(line=line, by=office.counter, at=NOW)
    line.refresh_from_db()
    assert line.found == Found.DOUBTFUL


def test_a_sheet_with_days_and_sums_as_numbers_is_read(office: Office) -> None:
    dossier = dossier_of(office)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Sao kê tài khoản"])
    sheet.append(["STT", "Date", "Description", "Credit", "Transaction ID"])
    sheet.append([1, NOW.replace(tzinfo=None), payref.reference(dossier.code), 50_000.0, "X1"])
    sheet.append([2, NOW.replace(tzinfo=None), "Phi dich vu", None, "X2"])
    sheet.append(["Tổng", None, None, 50_000.0, None])
    content = io.BytesIO()
    book.save(content)
    statement = taken(office, content.getvalue(), name="sao-ke.xlsx")
    assert only_line(statement).found == Found.MATCHED
    assert [number for number, _why in statement.columns["left_out"]] == [4, 5]


def test_columns_that_nobody_knows_are_chosen_by_a_person(office: Office) -> None:
    content = b"When,How much,What\n2026-03-02,50000,abc\n"
    with pytest.raises(services.ColumnsUnknown) as refused:
        taken(office, content)
    assert refused.value.heads == ["When", "How much", "What"]
    read = read_statement(content, chosen={"day": "When", "amount": "How much", "purpose": "What"})
    assert [one.amount for one in read.booked] == [50_000]


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04junk", b"\xff\xfe", b"a;b\n"])
def test_what_is_no_statement_is_refused_with_a_sentence(office: Office, content: bytes) -> None:
    with pytest.raises(services.BadStatement):
        taken(office, content)
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50.000", 50_000), ("50,000", 50_000), ("1.234.567,00", 1_234_567), ("50000", 50_000),
        ("+50,000.00 VND", 50_000), ("-50.000", -50_000), ("50.5", None), ("abc", None), ("", None),
    ],
)  # fmt: skip
def test_amounts_read_however_thousands_are_parted(text: str, amount: int | None) -> None:
    assert amount_of(text) == amount


def test_days_read_as_banks_write_them() -> None:
    for text in ("02/03/2026 09:15:00", "2026-03-02", "02-03-2026", "02.03.2026"):
        day = day_of(text)
        assert day is not None
        assert day.isoformat() == "2026-03-02"
    assert day_of("31/02/2026") is None
