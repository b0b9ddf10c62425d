"""Doors of the accounts: people (`staff`), and programs of other offices (`machines`)."""
