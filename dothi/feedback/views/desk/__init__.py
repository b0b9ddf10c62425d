"""The doors of the desk: the worklist, one report, entry, files, catalogue."""
