"""What is tested, who gets what, who saw it."""
