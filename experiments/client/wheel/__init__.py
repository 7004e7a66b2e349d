"""How the client is packed: `uv build --wheel experiments/client/wheel`."""
