"""The words by which a dataset is found: kept beside it, made anew whenever one of them changes."""

from django.utils import translation

from dothi.core.searching import weighed
from dothi.datastore.catalogue.choices import Theme
from dothi.datastore.catalogue.models import Column, Dataset, Word
from dothi.lib import text_vi

LONGEST_WORD = 60


def index(dataset: Dataset) -> None:
    """Write the search column and the words of a dataset from what its rows say now."""
    columns = list(dataset.columns.all())
    weighted = {
        "A": f"{dataset.code} {dataset.title_vi} {dataset.title_en}",
        "B": " ".join([*dataset.keywords, *_themes(dataset)]),
        "C": " ".join(column.folded for column in columns),
        "D": " ".join(
            (dataset.description_vi, dataset.description_en, dataset.agency_vi, dataset.agency_en)
        ),
    }
    tokens = {weight: text_vi.tokens(text) for weight, text in weighted.items()}
    words = {token[:LONGEST_WORD] for found in tokens.values() for token in found}
    vector = weighed({weight: " ".join(found) for weight, found in tokens.items()})
    Dataset.objects.filter(pk=dataset.pk).update(search=vector)
    Word.objects.filter(dataset=dataset).exclude(word__in=words).delete()
    Word.objects.bulk_create(
        [Word(dataset=dataset, word=word) for word in sorted(words)], ignore_conflicts=True
    )


def write_columns(dataset: Dataset) -> None:
    """Make the columns of a dataset those of its newest contract."""
    contract = dataset.agreed
    Column.objects.filter(dataset=dataset).delete()
    if contract is None:
        return
    Column.objects.bulk_create(
        [
            Column(
                dataset=dataset,
                position=position,
                name=one.name,
                title_vi=one.title_vi,
                title_en=one.title_en,
                type=one.type,
                classification=one.classification,
                unit_of_measure=one.unit,
                folded=" ".join(
                    text_vi.tokens(
                        f"{one.name} {one.title_vi} {one.title_en} {one.help_vi} {one.help_en}"
                    )
                ),
            )
            for position, one in enumerate(contract.fields, start=1)
        ]
    )


def _themes(dataset: Dataset) -> list[str]:
    """What its themes are called, in both languages."""
    labels = []
    for language in ("vi", "en"):
        with translation.override(language):
            labels += [str(Theme(theme).label) for theme in dataset.themes]
    return labels
