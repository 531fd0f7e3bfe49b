#!/bin/sh
# Sign what is told to apps that ask for newer versions, where PARLOR_UPDATE_KEY is there:
# manifest.sh NOTES, in a workflow, on what lies in dist/
set -eu
if [ -z "${PARLOR_UPDATE_KEY:-}" ]; then
    echo "::notice::There is no key for updates: sign by hand, as docs/updates.md says."
    exit 0
fi
PARLOR_UPDATE_URL=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/releases/download/$GITHUB_REF_NAME
PARLOR_UPDATE_PAGE=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/releases/tag/$GITHUB_REF_NAME
PARLOR_UPDATE_NOTES=$(mktemp)
trap 'rm -f "$PARLOR_UPDATE_NOTES"' EXIT
# The statement holds 4000 characters; what is cut off stands on its page.
cut -c 1-400 "$1" | head -n 40 | head -c 3900 | iconv -c -f UTF-8 -t UTF-8 > "$PARLOR_UPDATE_NOTES"
export PARLOR_UPDATE_URL PARLOR_UPDATE_PAGE PARLOR_UPDATE_NOTES
python "$(dirname "$0")/../build" --only manifest
