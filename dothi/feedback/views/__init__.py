"""The pages of feedback: for citizens and for the desk."""
