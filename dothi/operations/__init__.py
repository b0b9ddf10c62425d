"""The operations centre: a stack of small domains, from signals up to the wall."""
