"""EDIFACT syntax (ISO 9735), shared by its messages: service characters, segments, interchanges and messages.

pydifact was measured for this: it reads 1 MB a second and accepts wrong counts; a large stock report has 50 MB.
"""
