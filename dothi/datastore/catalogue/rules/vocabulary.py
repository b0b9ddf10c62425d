"""How our words are called in the vocabularies of others: licences, EU authority tables."""

from dothi.datastore.catalogue.choices import Licence, Rhythm, Theme

LICENCE_URLS = {
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.ODC_BY: "https://opendatacommons.org/licenses/by/1-0/",
}
AUTHORITY = "http://publications.europa.eu/resource/authority/"
# DCAT-AP asks for the data themes of the EU; each of our topics has one that holds it.
THEMES = {
    Theme.HEALTH: "HEAL", Theme.LABOUR: "SOCI", Theme.TECHNOLOGY: "TECH", Theme.AGRICULTURE: "AGRI",
    Theme.ECONOMY: "ECON", Theme.INFRASTRUCTURE: "TRAN", Theme.FINANCE: "ECON",
    Theme.ENERGY: "ENER", Theme.EDUCATION: "EDUC", Theme.SOCIETY: "SOCI",
    Theme.ENVIRONMENT: "ENVI", Theme.LOCAL: "REGI",
}  # fmt: skip
FREQUENCIES = {
    Rhythm.CONTINUOUS: "UPDATE_CONT", Rhythm.HOURLY: "HOURLY", Rhythm.DAILY: "DAILY",
    Rhythm.WEEKLY: "WEEKLY", Rhythm.MONTHLY: "MONTHLY", Rhythm.QUARTERLY: "QUARTERLY",
    Rhythm.YEARLY: "ANNUAL", Rhythm.IRREGULAR: "IRREG",
}  # fmt: skip


def theme(name: str) -> str:
    return f"{AUTHORITY}data-theme/{THEMES[Theme(name)]}"


def frequency(name: str) -> str:
    return f"{AUTHORITY}frequency/{FREQUENCIES[Rhythm(name)]}"


def language(code: str) -> str:
    return f"{AUTHORITY}language/{'VIE' if code == 'vi' else 'ENG'}"


def media_type(name: str) -> str:
    """The register of the IANA."""
    return f"https://www.iana.org/assignments/media-types/{name}"


def file_type(form: str) -> str:
    """The table of file types of the EU; empty for what it does not name."""
    known = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "geojson": "GEOJSON",
             "parquet": "PARQUET"}  # fmt: skip
    return f"{AUTHORITY}file-type/{known[form]}" if form in known else ""
