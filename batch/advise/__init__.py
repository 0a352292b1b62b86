"""From quantities to what a cart is told: an advice, and the document that carries it."""
