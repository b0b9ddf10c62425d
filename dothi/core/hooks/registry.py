"""Which facts other systems may be told of. Domains say it once, at start."""

offered: set[str] = set()


def offer(*names: str) -> None:
    """Let systems subscribe to these events; who hears of which one, the domain says with each."""
    offered.update(names)
