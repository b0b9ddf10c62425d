"""The sample district: written by the verbs of the domains, at times near the present."""
