"""A workbook on paper: which sheets, what stands before them, one page for a board, all in one PDF."""
