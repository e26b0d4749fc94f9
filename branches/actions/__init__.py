"""Every write on organisations, their posts and their rules."""
