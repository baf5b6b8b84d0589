"""Where the cell functions run: Excel (xlwings), LibreOffice Calc, and the optional server and Lite."""
