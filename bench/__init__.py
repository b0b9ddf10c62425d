"""Measurements: each prints a figure, with the machine it was taken on. `make bench`."""
