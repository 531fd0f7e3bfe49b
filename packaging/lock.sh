#!/bin/sh
# Rewrite packaging/requirements/*.txt from pyproject.toml: pinned, hashed, for every system and
# Python from 3.11 on, and without the name of any host. Pins stay as they are unless
# pyproject.toml asks otherwise; --upgrade (or --upgrade-package NAME) moves them.
set -eu
cd "$(dirname "$0")/.."

compile() { # name, constraints, then what to resolve
    name=$1 constraints=$2
    shift 2
    # A clean environment: nobody's private index, constraints or settings get into a lock.
    env -i PATH="$PATH" HOME="$HOME" ${SSL_CERT_FILE:+SSL_CERT_FILE="$SSL_CERT_FILE"} \
        uv --no-config pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-markers \
        --custom-compile-command packaging/lock.sh $constraints \
        -o "packaging/requirements/$name.txt" "$@"
    echo "packaging/requirements/$name.txt"
}

app="-c packaging/requirements/app.txt"
compile app "" pyproject.toml "$@"
compile server "$app" --group pyproject.toml:server "$@"
compile test "$app" pyproject.toml --group pyproject.toml:test "$@"
compile build "$app" pyproject.toml --group pyproject.toml:build "$@"
echo uv | compile uv "" -
