"""Gather what is known of the way of each column."""

from dothi.datastore.lineage.services.gathering import gather as gather
