"""The commands: demo, serve, analyze."""
