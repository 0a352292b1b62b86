"""Bytes kept on the local disk: the archive by hash, the tables as Parquet."""
