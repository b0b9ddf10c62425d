"""Questions about datasets."""

from dothi.datastore.catalogue.selectors.search import Filters, Page, matching, search
from dothi.datastore.catalogue.selectors.seen import (
    contract_now,
    contract_numbered,
    contract_versions,
    dataset_seen_by,
    datasets_kept_by,
    datasets_seen_by,
    describable_units,
    every_dataset,
    holder_of,
    keepers_and_places,
    key_of,
    keys_of,
    keys_that_open,
    open_datasets,
    places,
)

__all__ = [
    "Filters",
    "Page",
    "contract_now",
    "contract_numbered",
    "contract_versions",
    "dataset_seen_by",
    "datasets_kept_by",
    "datasets_seen_by",
    "describable_units",
    "every_dataset",
    "holder_of",
    "key_of",
    "keepers_and_places",
    "keys_of",
    "keys_that_open",
    "matching",
    "open_datasets",
    "places",
    "search",
]
