"""The desk pages: projects, the review queue, entities."""
