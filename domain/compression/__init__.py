"""Time Crunch Mode: the best session that fits the minutes at hand (model ``compression/1``)."""
