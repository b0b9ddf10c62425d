"""Sensors behind an OGC SensorThings API 1.1: one row an observation."""
