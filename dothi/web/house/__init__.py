"""House-keeping pages of the desk: for administrators, and read-only for auditors."""
