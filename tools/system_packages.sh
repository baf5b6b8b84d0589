#!/bin/sh
# Install what the tests use and Python packages cannot give, when it is missing and we may:
# LibreOffice with its Python, the PDF tools, PostgreSQL and Chromium; with the argument "wine", Wine.
set -eu

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Missing: install (Debian: apt-get install $*);" >&2
        return 1
    fi
}

if [ "${1:-}" = wine ]; then
    command -v wine >/dev/null 2>&1 || install wine wine64
    exit 0
fi

has_uno() {
    for python in /usr/bin/python3 /opt/libreoffice*/program/python; do
        "$python" -c "import uno" 2>/dev/null && return 0
    done
    return 1
}
has_postgresql() {
    command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}

missing=""
command -v soffice >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1 && has_uno ||
    missing="libreoffice-calc python3-uno poppler-utils fonts-liberation fonts-crosextra-carlito"
has_postgresql || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
# shellcheck disable=SC2086 # a list of packages
[ -z "$missing" ] || install $missing ||
    echo "the tests that need it are skipped here, and fail in CI." >&2
