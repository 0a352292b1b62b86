"""From a remote's listing to a recorded file: look, fetch, archive, read, conform, record."""
