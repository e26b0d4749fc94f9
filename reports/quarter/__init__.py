"""One organisation in one quarter: the people behind every paper, as reported once the sweep is closed."""
