"""What was to be told on a past day: rebuilt, compared with what was told, and sent again if a person wants it."""
