"""What the demo command does, step by step; every write goes through the product's own doors."""
