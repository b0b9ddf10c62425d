"""The same table for programs: each door of the API and of GovStack's façade, and what it answers.

`reader`, `sender` and `doer` hold a post of the ward's counter and one scope each; `far` holds all
of them in another ward. `nobody` has no token, `cookie` only the session of the ward's leader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dothi.cases.tests.factories import PERMIT
from dothi.procedures.tests import documents
from tests.authorisation.house import House

CALLERS = ("nobody", "cookie", "reader", "sender", "doer", "far")
OURS, GOVSTACK = "/api/v1/cases", "/api/govstack/registration"
Of = Callable[[House], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `path` as the description has it; `tells`: who reads codes or people."""

    method: str
    path: str
    words: str
    parts: Of
    body: Of
    query: str
    codes: frozenset[str]
    personal: frozenset[str]

    @property
    def told(self) -> dict[str, str]:
        return dict(zip(CALLERS, self.words.split(), strict=True))

    def url(self, house: House) -> str:
        return f"{self.path.format(**self.parts(house))}?{self.query}"


CALLS: list[Call] = []
SEEING = frozenset({"reader", "doer"})  # The ward's; each sees besides what it sent in itself.


def call(
    method: str, path: str, words: str, *, parts: Of = lambda house: {},
    body: Of = lambda house: {}, query: str = "", codes: frozenset[str] = SEEING | {"sender"},
    personal: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    CALLS.append(
        Call(method=method, path=path, words=words, parts=parts, body=body, query=query,
             codes=codes, personal=personal)
    )  # fmt: skip


def of(name: str, **more: Any) -> Of:
    return lambda house: {"code": house[name].code, **more}


PURPOSE = "purpose=Kiểm+tra"
APPLICATION: Mapping[str, Any] = {
    "procedure": PERMIT, "unit": "00001", "answers": documents.permit_answers(),
    "applicant": {"name": "Trần Thị Mẫu", "citizen_id": "079190000001"},
    "papers": [{"code": code} for code in documents.PERMIT_PAPERS],
}  # fmt: skip

#                                        nobody cookie reader sender doer far
call("get", OURS, "401 401 200 403 403 200", codes=frozenset({"reader"}))
call("get", OURS, "401 401 200 403 403 200", query="q=0907654321", codes=frozenset({"reader"}))
call(
    "get",
    OURS,
    "401 401 200 403 403 200",
    query="unit=00001&closed=true",
    codes=frozenset({"reader"}),
)
call("post", OURS, "401 401 403 ok 403 403", body=lambda house: APPLICATION)
call("post", f"{OURS}/files", "401 401 403 ok ok ok", body=lambda house: {"file": house.upload})
for tail in ("", "/history", "/papers"):
    call("get", f"{OURS}/{{code}}{tail}", "401 401 200 404 200 404", parts=of("handled"))
    call("get", f"{OURS}/{{code}}{tail}", "401 401 200 200 200 404", parts=of("brought"))
call(
    "get",
    f"{OURS}/{{code}}/whole",
    "401 401 200 403 403 404",
    parts=of("handled"),
    query=PURPOSE,
    personal=frozenset({"reader"}),
)
call("get", f"{OURS}/{{code}}/whole", "401 401 422 403 403 422", parts=of("handled"))
call(
    "get",
    f"{OURS}/{{code}}/files/{{file}}",
    "401 401 200 403 403 404",
    query=PURPOSE,
    parts=lambda house: {"code": house["handled"].code, "file": house.file.code},
)
call(
    "get",
    f"{OURS}/{{code}}/files/{{file}}",
    "401 401 404 403 403 404",
    query=PURPOSE,
    parts=lambda house: {"code": house["received"].code, "file": house.file.code},
)
ACT = f"{OURS}/{{code}}/acts/{{act}}"
call("post", ACT, "401 401 403 404 ok 404", parts=of("new", act="receive"))
call("post", ACT, "401 401 403 404 403 404", parts=of("received", act="begin"))
call(
    "post",
    ACT,
    "401 401 403 404 ok 404",
    parts=of("handled", act="withdraw"),
    body=lambda house: {"reason": "Thôi"},
)
call(
    "post",
    ACT,
    "401 401 403 ok ok 404",
    parts=of("brought", act="withdraw"),
    body=lambda house: {"reason": "Thôi"},
)
call("post", ACT, "401 401 403 403 ok 404", parts=of("brought", act="receive"))
call(
    "post",
    ACT,
    "401 401 403 404 403 404",
    parts=of("handled", act="stop"),
    body=lambda house: {"reason": "Thôi"},
)

call("get", f"{GOVSTACK}/services", "401 401 200 200 200 200")
call(
    "get",
    f"{GOVSTACK}/services/{{serviceKey}}",
    "401 401 200 200 200 200",
    parts=lambda house: {"serviceKey": PERMIT},
)
call(
    "get",
    f"{GOVSTACK}/services/{{serviceKey}}/eForms",
    "401 401 200 200 200 200",
    parts=lambda house: {"serviceKey": PERMIT},
)
call(
    "get",
    f"{GOVSTACK}/eForms/{{key}}",
    "401 401 200 200 200 200",
    parts=lambda house: {"key": PERMIT},
)
call(
    "post",
    f"{GOVSTACK}/documents",
    "401 401 403 ok 403 ok",
    body=lambda house: {"file": house.upload},
)
# To the unit of the program's own post: for `far` that is another ward.
call("post", f"{GOVSTACK}/services/{{serviceKey}}/applications", "401 401 403 ok 403 ok",
     parts=lambda house: {"serviceKey": PERMIT},
     body=lambda house: {"applicationName": "Trần Thị Mẫu", "applicantId": "079190000001",
                         "formData": {"data": documents.permit_answers()}})  # fmt: skip
call("get", f"{GOVSTACK}/applications", "401 401 200 200 200 200")
call(
    "get",
    f"{GOVSTACK}/applications/{{fileId}}",
    "401 401 200 404 200 404",
    parts=lambda house: {"fileId": house["handled"].code},
)
call(
    "get",
    f"{GOVSTACK}/applications/{{fileId}}",
    "401 401 200 200 200 404",
    parts=lambda house: {"fileId": house["brought"].code},
)
call("get", f"{GOVSTACK}/tasks", "401 401 403 403 200 200")
TASK: Of = lambda house: {"taskId": f"{house['handled'].code}:check"}  # noqa: E731
NEW: Of = lambda house: {"taskId": f"{house['new'].code}:reception"}  # noqa: E731
call("get", f"{GOVSTACK}/tasks/{{taskId}}", "401 401 403 403 200 404", parts=TASK)
call(
    "post",
    f"{GOVSTACK}/tasks/{{taskId}}/complete",
    "401 401 403 403 403 404",
    parts=TASK,
    body=lambda house: {"data": {"outcome": "fits"}},
)
call("post", f"{GOVSTACK}/tasks/{{taskId}}/complete", "401 401 403 403 ok 404", parts=NEW)
