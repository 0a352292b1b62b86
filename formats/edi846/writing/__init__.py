"""A table as an 846: what a partner wants is data, what X12 demands is checked before anything is sent."""
