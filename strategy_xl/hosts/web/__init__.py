"""Excel on the web and Mac: xlwings Server, xlwings Lite, the pages that Office loads."""
