"""The outbox: staged, uploaded, settled; what a crash left open is finished first."""
