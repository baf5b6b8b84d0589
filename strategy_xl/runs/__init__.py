"""Many workbooks: which ones, one after the other or side by side; none stops the others."""
