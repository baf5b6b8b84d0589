"""The cell functions in LibreOffice Calc: an extension (.oxt) made from the registry, and its worker.

What runs inside LibreOffice (``office``) knows the standard library and UNO only, for any Python from 3.8 on:
the Python that LibreOffice brings on Windows and macOS can import neither numpy nor pandas. It hands cells to
a worker process of the Python that the program is installed in, and gets cells back.
"""
