"""What every X12 set shares: delimiters, the table of segments, envelopes, element lengths, characters.

Nothing here knows an 846. A reader asks `split_segments` for the table and `read_envelopes` for what is in
it; a writer builds segments with `segment` and its envelope with `isa` and `gs`.
"""
