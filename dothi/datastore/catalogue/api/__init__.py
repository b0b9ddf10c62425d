"""Doors for programs: the CKAN Action API, and DCAT-AP."""
