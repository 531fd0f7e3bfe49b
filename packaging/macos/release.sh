#!/bin/sh
# Sign what is frozen, pack it, and have it notarised, each where the secrets for it are there; the
# variables are those of keychain.sh and notarise.sh, PARLOR_NOTARY_KEY being the key itself.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${PARLOR_CERTIFICATE:-}" ]; then
    PARLOR_IDENTITY=$("$here/keychain.sh")
    export PARLOR_IDENTITY
else
    echo "::notice::There is no certificate for macOS: the bundle is signed ad hoc."
fi
python "$here/../build" --only image
if [ -n "${PARLOR_IDENTITY:-}" ] && [ -n "${PARLOR_NOTARY_KEY:-}" ]; then
    key=$(mktemp)
    trap 'rm -f "$key"' EXIT
    printf '%s\n' "$PARLOR_NOTARY_KEY" > "$key"
    for image in dist/*.dmg; do
        PARLOR_NOTARY_KEY=$key "$here/notarise.sh" "$image"
    done
else
    echo "::notice::The image is not notarised."
fi
