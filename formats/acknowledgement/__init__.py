"""X12 acknowledgements: what partners say of our documents (997, 999, TA1), and the 997 that answers theirs.

No format of a feed or cart: `reader.read_acknowledgements` and `writer.write_997` are called by name.
"""
