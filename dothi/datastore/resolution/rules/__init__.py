"""How rows are prepared and compared, how clusters form, which values survive. Pure."""
