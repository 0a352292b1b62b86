"""What is not as it should be, told before a customer finds out."""
