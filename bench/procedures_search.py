"""Find a procedure in a national catalogue: words, unfinished words, no marks, two slips.

The 5,741 procedures are made up of words as such names have them; each has what happened, its name,
a result and papers, in both languages. Beside each kind of question stands one bare question for a
row by its key, in the same run.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from bench.house import Measured
from dothi.core import clock
from dothi.procedures import selectors
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Procedure, Version
from dothi.procedures.rules.definition import Definition, Words
from dothi.procedures.services.indexing import index

NATIONAL = 5_741
TIMES = 100
SINCE = date(2025, 7, 1)
DEEDS = (
    "Đăng ký", "Cấp", "Cấp lại", "Gia hạn", "Điều chỉnh", "Thu hồi", "Công nhận", "Thẩm định",
    "Phê duyệt", "Xác nhận", "Chấp thuận", "Công bố", "Thay đổi", "Bổ sung", "Hỗ trợ", "Giải quyết",
)  # fmt: skip
THINGS = (
    "giấy phép xây dựng", "giấy chứng nhận quyền sử dụng đất", "khai sinh", "khai tử", "kết hôn",
    "hộ kinh doanh", "giấy phép lái xe", "chứng chỉ hành nghề dược", "trợ cấp xã hội",
    "bảo hiểm y tế", "giấy phép môi trường", "tạm trú", "thường trú", "hộ chiếu", "lý lịch tư pháp",
    "giấy phép quảng cáo", "đăng kiểm tàu cá", "giấy phép khai thác nước", "an toàn thực phẩm",
    "văn bằng chứng chỉ", "nuôi con nuôi", "giám hộ", "quốc tịch", "giấy phép lao động",
    "phòng cháy chữa cháy", "giấy phép bán lẻ rượu", "hợp đồng lao động", "người có công",
)  # fmt: skip
FOR = (
    "cá nhân", "tổ chức", "doanh nghiệp", "hợp tác xã", "người nước ngoài", "người cao tuổi",
    "người khuyết tật", "hộ nghèo", "cơ sở giáo dục", "cơ sở y tế", "nhà thầu", "chủ tàu",
)  # fmt: skip
SYLLABLES = ("bình", "chánh", "dương", "giang", "hải", "khánh", "lâm", "minh", "nghĩa", "phước",
             "quảng", "sơn", "thạnh", "tuyên", "vĩnh", "xuân", "yên", "đồng", "ninh",
             "thuận")  # fmt: skip
QUESTIONS = {
    "words": ("đăng ký khai sinh", "giấy phép xây dựng", "cấp lại hộ chiếu",
              "hộ kinh doanh cá nhân"),
    "no marks, last word unfinished": ("dang ky khai si", "giay phep xay du", "cap lai ho chi"),
    "one or two letters wrong": ("khai snih", "xay dumg nha", "ho kinh doamh",
                                 "giay phep quanh cao"),
    "nothing like it": ("zzzzqq", "qwxyz wqzx"),
}  # fmt: skip


def search(_house: Measured) -> Iterator[str]:
    """Median, p95 and worst time of a question of each kind."""
    seconds = fill()
    words = Version.objects.filter(words__isnull=False).values("words__word").distinct().count()
    yield f"{NATIONAL:,} procedures, {words:,} different words, indexed in {seconds:.0f} s"
    today = clock.now().date()
    key = Version.objects.order_by("pk").values_list("pk", flat=True)[NATIONAL // 2]
    bare = _times(lambda: Version.objects.filter(pk=key).values_list("number").get())
    for kind, questions in QUESTIONS.items():
        taken: list[float] = []
        for question in questions:
            taken += _times(partial(selectors.search, question, on=today))
        taken.sort()
        yield (
            f"{kind}: median {_ms(statistics.median(taken))}, p95 "
            f"{_ms(taken[int(len(taken) * 0.95)])}, worst {_ms(taken[-1])} "
            f"(a row by its key {_ms(statistics.median(bare))})"
        )


def fill() -> float:
    """A catalogue of the size of the national one, in force. Return how long it took."""
    started = time.perf_counter()
    chance = random.Random(5741)
    area, _made = Area.objects.get_or_create(
        code="bench", defaults={"name_vi": "Lĩnh vực", "name_en": "Field", "order": 1}
    )
    at = clock.now()
    for number in range(NATIONAL):
        definition = _made_up(number, chance)
        procedure = Procedure.objects.create(code=definition.code, area=area)
        version = Version.objects.create(
            procedure=procedure, number=1, state=State.PUBLISHED, valid_from=SINCE,
            definition=definition.model_dump(mode="json"), made_by="system:bench",
            published_by="system", changed_at=at, published_at=at,
        )  # fmt: skip
        index(version, definition, area)
    return time.perf_counter() - started


def _made_up(number: int, chance: random.Random) -> Definition:
    place = " ".join(chance.sample(SYLLABLES, 2))
    thing = chance.choice(THINGS)
    name = f"{chance.choice(DEEDS)} {thing} cho {chance.choice(FOR)} vùng {place}"
    paper = f"Đơn đề nghị {chance.choice(THINGS)} mẫu {number}"
    return Definition.model_validate(
        {
            "code": f"9.{number:06d}", "name": _both(name), "area": "bench", "channel": "national",
            "occasions": [_both(f"cần {thing}")],
            "results": [{"code": "r", "name": _both(f"Giấy {thing}")}],
            "papers": [{"code": "p", "name": _both(paper)}],
        }
    )  # fmt: skip


def _both(text: str) -> dict[str, str]:
    return Words(vi=text, en=text).model_dump()


def _times(ask: Callable[[], object]) -> list[float]:
    ask()
    found = []
    for _ in range(TIMES):
        started = time.perf_counter()
        ask()
        found.append(time.perf_counter() - started)
    return found


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
