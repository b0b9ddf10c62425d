"""What a dossier costs, and the money that comes in for it."""
