"""Sums of money in Vietnamese words, as receipts have them beside the figures."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")
BILLION = 10**9


def in_words(dong: int) -> str:
    """`1234000` is "Một triệu hai trăm ba mươi bốn nghìn đồng".

    Raises:
        ValueError: it is below nothing.
    """
    if dong < 0:
        raise ValueError("below nothing")
    words = _number(dong) if dong else _DIGITS[0]
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(value: int) -> str:
    """Above nothing. What is above a thousand million is said as so many `tỷ`."""
    if value >= BILLION:
        rest = value % BILLION
        tail = f" {_below(rest, led=True)}" if rest else ""
        return f"{_number(value // BILLION)} tỷ{tail}"
    return _below(value, led=False)


def _below(value: int, *, led: bool) -> str:
    parts: list[str] = []
    for place in (2, 1, 0):
        group = value // 1000**place % 1000
        if group:
            said = _group(group, led=led or bool(parts))
            parts.append(f"{said} {_GROUPS[place]}".strip())
    return " ".join(parts)


def _group(value: int, *, led: bool) -> str:
    """Three digits; with something said before them, the hundreds are said even when none."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or led else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words.append(f"{_DIGITS[tens]} mươi")
    elif ones and words:
        words.append("lẻ")
    if ones:
        words.append(_one(tens, ones))
    return " ".join(words)


def _one(tens: int, ones: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 5 and tens:
        return "lăm"
    return _DIGITS[ones]
