"""The documents: what they show is run, and what the product has is in them."""
