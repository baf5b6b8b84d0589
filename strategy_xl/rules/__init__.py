"""Decision rules of the method, one file per concept: pure, vectorised, no workbook, clock or language."""
