"""The wheel, installed and used outside of the checkout."""
