"""A day on one page: gathered from the ledger and the tables, drawn, and written as HTML that needs nothing else."""
