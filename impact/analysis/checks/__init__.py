"""May we trust it? One pure function per check over one frozen context, listed in a registry."""
