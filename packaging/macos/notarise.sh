#!/bin/sh
# Let Apple look at a signed image, and attach what it says: notarise.sh parlor.dmg
# PARLOR_NOTARY_KEY is the file of an App Store Connect key, PARLOR_NOTARY_KEY_ID and
# PARLOR_NOTARY_ISSUER are what belongs to it.
set -eu
xcrun notarytool submit "$1" --wait --timeout 30m \
    --key "$PARLOR_NOTARY_KEY" --key-id "$PARLOR_NOTARY_KEY_ID" --issuer "$PARLOR_NOTARY_ISSUER"
xcrun stapler staple "$1"
spctl --assess --type open --context context:primary-signature "$1"
