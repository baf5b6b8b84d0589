"""Any workbook, lossless: the package, one streaming pass over a sheet, edits, guards, replace."""
