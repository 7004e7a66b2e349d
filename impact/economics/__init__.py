"""What handling costs and what retention is worth: pure."""
