"""Files that somebody puts into a folder of the house."""
