"""Who gets what: pure, standard library only."""
