"""Bytes to frames and back. Nothing here knows of a disk, a network or a configuration file."""
