"""Dossiers for programs of other offices: the house's own JSON doors."""

from dothi.cases.api.doors import router as cases

__all__ = ["cases"]
