"""The daemon: every cart at its own times."""
