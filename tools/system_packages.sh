#!/bin/sh
# Install LibreOffice and the PDF tools that the tests use, when they are missing and we may.
set -eu
if command -v soffice >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        libreoffice-calc poppler-utils fonts-liberation fonts-crosextra-carlito >/dev/null
    exit 0
fi
echo "LibreOffice Calc and pdftoppm are missing: install them (Debian: apt-get install libreoffice-calc poppler-utils);" >&2
echo "the tests that need them are skipped here, and fail in CI." >&2
