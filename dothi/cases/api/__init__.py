"""Dossiers for programs of other offices: the house's own JSON doors, and those of GovStack."""

from dothi.cases.api.doors import router as cases
from dothi.cases.api.govstack import router as govstack

__all__ = ["cases", "govstack"]
