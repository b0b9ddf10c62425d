"""Verbs of indicators: measure, keep, number definitions."""

from dothi.datastore.indicators.services.defining import define
from dothi.datastore.indicators.services.measuring import (
    measure_release,
    measure_store,
    take_readings,
    thin_out,
)

__all__ = ["define", "measure_release", "measure_store", "take_readings", "thin_out"]
