"""What people may send to the pages of procedures: `answering` is open to other domains."""
