"""What happened: files, intakes, runs, deliveries, control numbers, locks. One transaction per effect."""
