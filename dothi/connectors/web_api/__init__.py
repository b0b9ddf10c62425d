"""Data behind an HTTP address: a file as it is, or records page by page."""
