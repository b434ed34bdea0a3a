"""Demo data, built by calling the domain as people would, at times in the past."""
