"""What a treatment does to those who take it because they were assigned to it."""
