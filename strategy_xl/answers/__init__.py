"""Rules' frames → codes → sentences → cells to write; knows no workbook."""
