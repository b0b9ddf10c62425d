"""Tell which columns the questions read that somebody keeps: who changes a contract asks for it."""

from collections.abc import Iterator

from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.lineage.registry import How, Kind, Link, Point
from dothi.datastore.workbench.models import Question
from dothi.datastore.workbench.rules import gate
from dothi.datastore.workbench.rules.reading import columns_read
from dothi.datastore.workbench.services.opening import datasets_named


def links() -> Iterator[Link]:
    """A link for each column that a kept question reads. What it is called is for those to know who
    find it."""
    columns = {
        one.code: one.agreed.names if one.agreed is not None else ()
        for one in catalogue.every_dataset()
    }
    for question in Question.objects.order_by("id").iterator():
        try:
            yield from _of_question(question, columns)
        except gate.Refused:
            continue  # The gate was wider once.


def _of_question(question: Question, columns: dict[str, tuple[str, ...]]) -> Iterator[Link]:
    datasets = {}
    for name in gate.tables_of(question.text):
        code = next((one for one in datasets_named(name) if one in columns), None)
        if code is not None:
            datasets[name] = code
    read = columns_read(question.text, {name: columns[code] for name, code in datasets.items()})
    target = Point(Kind.QUERY, question.code)
    for name, code in datasets.items():
        for column, gives in read[name].items():
            yield Link(
                source=Point(Kind.DATASET, code, column), target=target,
                how=How.DIRECT if gives else How.INDIRECT, open=False,
            )  # fmt: skip
