"""What tables of record refuse, whoever asks: the database says it, not only our programs."""

import pgtrigger


def stays(name: str) -> pgtrigger.Trigger:
    """A table that nobody empties at one stroke, its owner neither."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate table %', TG_TABLE_NAME;",
    )
