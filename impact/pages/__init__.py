"""The pages of impact."""
