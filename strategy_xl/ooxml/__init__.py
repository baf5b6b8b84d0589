"""Any workbook, lossless: the package, a streaming pass over a sheet, cell and table edits, guards, replace."""
