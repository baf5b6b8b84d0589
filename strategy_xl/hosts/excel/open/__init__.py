"""A workbook that is open in Excel: read and written through xlwings' objects."""
