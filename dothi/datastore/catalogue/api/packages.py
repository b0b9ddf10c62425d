"""Our datasets in the words of CKAN: packages, organizations, groups, tags, licences."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from dothi.datastore.catalogue.choices import Licence, Share, State, Theme
from dothi.datastore.catalogue.models import ContractVersion, Dataset
from dothi.datastore.catalogue.ports import File
from dothi.datastore.catalogue.rules.vocabulary import LICENCE_URLS
from dothi.units.models import Unit

EXTRAS = (
    "title_en", "description_en", "kind", "share", "rhythm", "legal_basis", "agency_en",
    "steward_role",
)  # fmt: skip


def stamp(at: datetime) -> str:
    """As CKAN writes moments: UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


def package(dataset: Dataset, files: Sequence[File] = ()) -> dict[str, Any]:
    """A dataset as a package. Its name is its id, too."""
    licence = Licence(dataset.licence)
    resources = resources_of(dataset, files)
    tags = [tag(word) for word in dataset.keywords]
    with translation.override("vi"):
        page = f"{settings.PUBLIC_URL}{reverse('catalogue:dataset', args=[dataset.code])}"
        groups = [group(Theme(theme)) for theme in dataset.themes]
        licence_title = str(licence.label)
    return {
        "id": dataset.code,
        "name": dataset.code,
        "title": dataset.title_vi,
        "notes": dataset.description_vi,
        "url": page,
        "type": "dataset",
        "state": "deleted" if dataset.state == State.RETIRED else "active",
        "private": dataset.state != State.PUBLISHED or dataset.share != Share.OPEN,
        "version": str(dataset.contract.number) if dataset.contract else "",
        "author": dataset.agency_vi,
        "author_email": "",
        "maintainer": dataset.unit.name_vi,
        "maintainer_email": "",
        "license_id": licence.value,
        "license_title": licence_title,
        "license_url": LICENCE_URLS.get(licence, ""),
        "isopen": licence != Licence.NOT_OPEN,
        "metadata_created": stamp(dataset.created_at),
        "metadata_modified": stamp(dataset.changed_at),
        "owner_org": org_name(dataset.unit),
        "organization": organization(dataset.unit),
        "groups": groups,
        "tags": tags,
        "num_tags": len(tags),
        "resources": resources,
        "num_resources": len(resources),
        "extras": [
            {"key": name, "value": str(getattr(dataset, name))}
            for name in EXTRAS
            if getattr(dataset, name)
        ],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def resources_of(dataset: Dataset, files: Sequence[File] = ()) -> list[dict[str, Any]]:
    """What of a dataset can be fetched: its contract, and the files of its rows."""
    version = dataset.contract
    if version is None:
        return []
    rows = [_of_rows(dataset, file, place) for place, file in enumerate(files, 1)]
    return [_of_contract(dataset, version), *rows]


def _of_contract(dataset: Dataset, version: ContractVersion) -> dict[str, Any]:
    address = f"{settings.PUBLIC_URL}{reverse('catalogue_contract', args=[dataset.code])}"
    return {
        "id": f"{dataset.code}.contract",
        "package_id": dataset.code,
        "name": "Hợp đồng dữ liệu (ODCS 3.2)",
        "description": "Từ điển dữ liệu và những gì được cam kết.",
        "format": "YAML",
        "mimetype": "application/yaml",
        "resource_type": "documentation",
        "url": address,
        "url_type": None,
        "position": 0,
        "state": "active",
        "size": None,
        "hash": "",
        "created": stamp(dataset.created_at),
        "last_modified": stamp(version.valid_from),
        "metadata_modified": stamp(version.valid_from),
        "datastore_active": False,
    }


def _of_rows(dataset: Dataset, file: File, place: int) -> dict[str, Any]:
    return {
        "id": f"{dataset.code}.{file.form}",
        "package_id": dataset.code,
        "name": f"{dataset.title_vi} ({file.name})",
        "description": "",
        "format": file.form.upper(),
        "mimetype": file.media_type,
        "resource_type": "file",
        "url": file.url,
        "url_type": "datastore" if file.searched else None,
        "position": place,
        "state": "active",
        "size": file.bytes,
        "hash": f"sha256:{file.sha256}" if file.sha256 else "",
        "created": stamp(dataset.created_at),
        "last_modified": stamp(file.changed_at),
        "metadata_modified": stamp(file.changed_at),
        "datastore_active": file.searched,
    }


def org_name(unit: Unit) -> str:
    return f"unit-{unit.code.lower()}"


def organization(unit: Unit, count: int | None = None) -> dict[str, Any]:
    name = org_name(unit)
    found: dict[str, Any] = {
        "id": name, "name": name, "title": unit.name_vi, "display_name": unit.name_vi,
        "description": "", "type": "organization", "is_organization": True, "state": "active",
        "approval_status": "approved", "image_url": "", "image_display_url": "",
    }  # fmt: skip
    return found if count is None else found | {"package_count": count}


def group(theme: Theme, count: int | None = None) -> dict[str, Any]:
    """A topic of data.gov.vn as a group."""
    title = str(theme.label)
    found: dict[str, Any] = {
        "id": theme.value, "name": theme.value, "title": title, "display_name": title,
        "description": "", "type": "group", "is_organization": False, "state": "active",
        "image_display_url": "",
    }  # fmt: skip
    return found if count is None else found | {"package_count": count}


def tag(word: str) -> dict[str, Any]:
    return {
        "id": word, "name": word, "display_name": word, "state": "active", "vocabulary_id": None,
    }  # fmt: skip


def licences() -> list[dict[str, Any]]:
    """What `license_id` may say."""
    with translation.override("vi"):
        return [
            {
                "id": one.value, "title": str(one.label), "url": LICENCE_URLS.get(one, ""),
                "status": "active", "family": "", "maintainer": "",
                "domain_data": one != Licence.NOT_OPEN, "domain_content": one != Licence.NOT_OPEN,
                "domain_software": False, "is_generic": one == Licence.NOT_OPEN,
                "od_conformance": "approved" if one != Licence.NOT_OPEN else "not reviewed",
                "osd_conformance": "not reviewed",
            }
            for one in Licence
        ]  # fmt: skip


def counted(seen: QuerySet[Dataset], field: str) -> dict[Any, int]:
    """How many of these datasets have each value of a field, lists counted by their parts."""
    counts: dict[Any, int] = {}
    for value in seen.order_by().values_list(field, flat=True):
        for one in value if isinstance(value, list) else [value]:
            counts[one] = counts.get(one, 0) + 1
    return counts
