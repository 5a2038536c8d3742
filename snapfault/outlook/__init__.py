"""What would run next and what is kept, and why: nothing but reads."""
