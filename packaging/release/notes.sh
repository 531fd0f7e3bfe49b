#!/bin/sh
# Print what CHANGELOG.md tells of a version: notes.sh VERSION
set -eu
found=$(awk -v head="## [$1]" 'index($0, "## [") == 1 { on = index($0, head) == 1; next } on' \
    "$(dirname "$0")/../../CHANGELOG.md")
test -n "$found" || {
    echo "CHANGELOG.md tells nothing of $1." >&2
    exit 1
}
printf '%s\n' "$found"
