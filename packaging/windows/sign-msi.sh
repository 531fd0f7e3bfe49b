#!/bin/sh
# Sign the .msi of a folder, with the variables that sign.ps1 reads: sign-msi.sh DIST
set -eu
if [ -z "${PARLOR_CERTIFICATE:-}" ]; then
    echo "::notice::There is no certificate for Windows: the .msi is not signed."
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s' "$PARLOR_CERTIFICATE" | openssl base64 -d -A > "$work/own.pfx"
printf '%s' "$PARLOR_CERTIFICATE_PASSWORD" > "$work/password"
for package in "$1"/*.msi; do
    osslsigncode sign -pkcs12 "$work/own.pfx" -readpass "$work/password" -h sha256 \
        -ts "$PARLOR_TIMESTAMP" -in "$package" -out "$work/signed"
    mv "$work/signed" "$package"
done
