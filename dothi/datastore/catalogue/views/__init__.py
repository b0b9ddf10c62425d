"""The pages of the catalogue: for readers and for stewards."""
