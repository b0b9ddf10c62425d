"""Feedback for programs: the house's own JSON door and Open311."""
