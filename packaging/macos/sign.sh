#!/bin/sh
# Sign all code of a bundle, from the inside out: sign.sh Parlor.app
# PARLOR_IDENTITY is a "Developer ID Application" of the keychain; without it, the signature is one
# of nobody (ad hoc), which macOS wants at the least.
set -eu
app=$1
here=$(cd "$(dirname "$0")" && pwd)
identity=${PARLOR_IDENTITY:--}

seal() { # one file or bundle, then options
    what=$1
    shift
    if [ "$identity" = - ]; then
        codesign --force --sign - "$@" "$what"
    else
        codesign --force --sign "$identity" --options runtime --timestamp "$@" "$what"
    fi
}

# What lies deepest first: a bundle's signature is over what is in it.
find "$app/Contents" -type f -exec sh -c 'file -b "$1" | grep -q "^Mach-O"' _ {} \; -print |
    awk -F/ '{ print NF "\t" $0 }' | sort -rn | cut -f2- |
    while IFS= read -r code; do
        case $code in
        "$app"/Contents/MacOS/*) seal "$code" --entitlements "$here/entitlements.plist" ;;
        *) seal "$code" ;;
        esac
    done
seal "$app" --entitlements "$here/entitlements.plist"
codesign --verify --deep --strict "$app"
