"""Excel on Windows: the add-in file that carries the cell functions, and the Python behind it (xlwings)."""
