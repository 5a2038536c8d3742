"""The only room that talks to the database."""
