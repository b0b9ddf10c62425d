"""The protected channel of the sample house: two seats with passphrases that everybody may know.

A real house begins with empty seats: each holder enrols alone, with a passphrase of the own.
"""

from datetime import datetime, timedelta

from dothi.accounts.models import User
from dothi.feedback import services
from dothi.feedback.choices import Conduct, Seat
from dothi.feedback.models import SealedReport

SEATED = ("oanh.holder", "son.holder")  # A third sample holder stands by, to try a hand-over.
PASSPHRASES = {Seat.FIRST: "sen hồng nở trước hiên", Seat.SECOND: "mưa đầu mùa trên mái"}
REPORTS = (
    (
        9,
        Conduct.BAD_SERVICE,
        "Tôi đến nộp hồ sơ ba lần, lần nào người nhận cũng bảo thiếu giấy khác, không ghi phiếu. "
        "Người đứng sau tôi quen với người nhận thì nộp được ngay.",
        "Cảm ơn anh/chị. Anh/chị còn nhớ đó là ngày nào và quầy số mấy không? "
        "Anh/chị không cần cho biết mình là ai.",
    ),
    (
        4,
        Conduct.CORRUPTION,
        'Khi xin giấy phép sửa nhà, người đến kiểm tra nói rằng muốn nhanh thì "bồi dưỡng" '
        "năm triệu đồng. Hai nhà bên cạnh cũng bị hỏi như vậy.",
        "",
    ),
    (
        1,
        Conduct.NEGLECT,
        "Bãi phế liệu trong hẻm đốt dây điện mỗi tối. Tổ trực đã được gọi bốn lần, đến nơi rồi về "
        "mà không lập biên bản.",
        "",
    ),
)


def base(at: datetime) -> None:
    """Enrol both holders and write three reports, the oldest of them answered."""
    people = list(User.objects.filter(username__in=SEATED).order_by("username"))
    if len(people) < len(Seat):
        return
    for seat, person in zip(Seat, people, strict=True):
        services.enrol_holder(
            user=person, seat=seat, passphrase=PASSPHRASES[seat], by=person, at=at
        )
    for days, conduct, text, reply in REPORTS:
        moment = at - timedelta(days=days)
        known = set(SealedReport.objects.values_list("pk", flat=True))
        services.submit_sealed(text=text, conduct=conduct, at=moment)
        if reply:
            services.reply_sealed(
                report=SealedReport.objects.exclude(pk__in=known).get(),
                text=reply,
                passphrase=PASSPHRASES[Seat.SECOND],
                by=people[1],
                at=moment + timedelta(days=1),
            )
    services.blur_sealed()
    services.tend_sealed(at=at)
