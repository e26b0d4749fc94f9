"""The county's overview: every figure as of now, in the reader's own scope, and a link to the list it was counted from."""
