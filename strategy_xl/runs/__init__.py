"""Many workbooks: which ones, side by side in processes that die with their parent; none stops the others."""
