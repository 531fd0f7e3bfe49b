#!/bin/sh
# Put a certificate (PARLOR_CERTIFICATE: a .p12 in base64, PARLOR_CERTIFICATE_PASSWORD) into a
# keychain that lasts as long as this machine does, and print the name of its identity.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
keychain=$HOME/Library/Keychains/parlor.keychain-db
secret=$(openssl rand -hex 16)
printf '%s' "$PARLOR_CERTIFICATE" | openssl base64 -d -A > "$folder/own.p12"
security create-keychain -p "$secret" "$keychain"
security set-keychain-settings -lut 7200 "$keychain"
security unlock-keychain -p "$secret" "$keychain"
security import "$folder/own.p12" -k "$keychain" -P "$PARLOR_CERTIFICATE_PASSWORD" \
    -T /usr/bin/codesign > /dev/null
security set-key-partition-list -S apple-tool:,apple: -s -k "$secret" "$keychain" > /dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
security find-identity -v -p codesigning "$keychain" | sed -n 's/.*"\(.*\)"$/\1/p' | head -n 1
