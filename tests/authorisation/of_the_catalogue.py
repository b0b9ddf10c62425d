"""The doors of the catalogue and its designer, of the own page, and of what finds things."""

from dothi.cases.tests.factories import BIRTH, PERMIT
from tests.authorisation.table import DESK, EVERYBODY, Of, add, deed, form, page

# --- The catalogue -------------------------------------------------------------------------------

BIRTH_OF: Of = lambda house: {"code": BIRTH}  # noqa: E731
page("procedures:list", EVERYBODY)
page("procedures:page", EVERYBODY, args=BIRTH_OF)
page("procedures:file", EVERYBODY, args=BIRTH_OF)
#                                outsider clerk counter handler leader auditor steward
READS = f"{DESK} 200 403 200 200 200 200 200"
WRITES = f"{DESK} 403 403 403 403 403 403 200"
for name in ("design", "design_file", "design_compare", "design_preview", "design_try"):
    page(f"procedures:{name}", READS, args=BIRTH_OF)
page("procedures:designer", READS)
form(
    "procedures:designer_new",
    WRITES,
    f"{DESK} 403 403 403 403 403 403 ok",
    data=lambda house: {
        "code": "1.000894",
        "area": "civil_status",
        "name_vi": "Kết hôn",
        "name_en": "Marriage",
        "channel": "own",
    },
)
deed(
    "procedures:designer_import",
    asks_first=True,
    words=f"{DESK} 403 403 403 403 403 403 ok",
    data=lambda house: {"file": house.procedure_file},
)
deed(
    "procedures:design_begin",
    asks_first=True,
    words=f"{DESK} 403 403 403 403 403 403 ok",
    args=lambda house: {"code": PERMIT},
)
form(
    "procedures:design_discard",
    WRITES,
    f"{DESK} 403 403 403 403 403 403 ok",
    args=BIRTH_OF,
    data=lambda house: {"read_at": house.read_at},
)
deed(
    "procedures:design_publish",
    asks_first=True,
    words=f"{DESK} 403 403 403 403 ok 403 403",
    args=BIRTH_OF,
    data=lambda house: {"read_at": house.read_at, "valid_from": "2026-03-20", "sure": "on"},
)
form(
    "procedures:design_about",
    WRITES,
    f"{DESK} 403 403 403 403 403 403 422",
    args=BIRTH_OF,
    data=lambda house: {},
)
form(
    "procedures:design_edit",
    WRITES,
    f"{DESK} 403 403 403 403 403 403 422",
    args=lambda house: {"code": BIRTH, "place": "papers.0"},
    data=lambda house: {},
)
deed(
    "procedures:design_change",
    asks_first=True,
    words=f"{DESK} 403 403 403 403 403 403 ok",
    args=lambda house: {"code": BIRTH, "place": "papers.1"},
    data=lambda house: {"do": "up", "read_at": house.read_at},
)

# --- The own page: everybody the own dossiers ----------------------------------------------------

OWN = "200 200 200 200 200 200 200 200 200 200"
add("web:my", OWN, method="get", codes={"owner"}, personal={"owner"})
for name in ("my_print", "my_data"):
    add(
        f"web:{name}",
        OWN.replace("200", "in", 1),
        method="get",
        codes={"owner"},
        personal={"owner"},
    )
# What else shows the desk's work, and what finds things: codes to who sees them, people to nobody.
add("web:work", f"{DESK} 200 200 200 200 200 200 200", method="get")
for words in ("q=0907654321", "q=Trịnh+Thị+Mốc+Ấn"):
    add("web:search", EVERYBODY, method="get", query=words, note=words, codes=())
