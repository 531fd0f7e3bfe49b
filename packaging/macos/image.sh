#!/bin/sh
# Pack a bundle into a disk image that shows it beside the Applications folder:
# image.sh Parlor.app parlor.dmg
set -eu
app=$1 image=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
ditto "$app" "$stage/$(basename "$app")"
ln -s /Applications "$stage/Applications"
hdiutil create -quiet -volname Parlor -srcfolder "$stage" -fs HFS+ -format ULFO -ov "$image"
if [ -n "${PARLOR_IDENTITY:-}" ]; then
    codesign --force --sign "$PARLOR_IDENTITY" --timestamp "$image"
fi
hdiutil verify -quiet "$image"
