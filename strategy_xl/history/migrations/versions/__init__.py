"""One module a version; the numbers go up by one, so that an older program can tell a newer schema."""
