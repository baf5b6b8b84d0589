"""What runs inside LibreOffice: the standard library and UNO only, Python 3.8 and later."""
