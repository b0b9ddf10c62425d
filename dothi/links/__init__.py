"""When this happens in one part, do that in another: parts of the same floor know nothing of each
other. One file for each sentence."""
