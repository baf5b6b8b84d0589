"""Our workbook: read, resolve, frames, the look of a value in a cell, edits."""
