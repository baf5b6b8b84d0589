"""Template → new workbook, the one place where openpyxl writes: placing, sheets, charts, look."""
