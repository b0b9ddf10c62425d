"""Doors of indicators for people."""
