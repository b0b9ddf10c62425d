"""The pages of the protected channel: for whoever writes, and for the two holders."""
