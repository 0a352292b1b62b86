"""Pure: levels, order lines and a cart's rules in, quantities and their explanation out."""
