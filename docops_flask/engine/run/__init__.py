"""The steps of a run, in the order in which ``engine.render`` does them."""
