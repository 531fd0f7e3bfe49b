#!/bin/sh
# Make an AppImage of the folder that `packaging/build` has laid out, with a tool and a runtime that
# are fetched and pinned by their hashes: appimage.sh DIST VERSION
set -eu
dist=$1 version=$2
tool=https://github.com/AppImage/appimagetool/releases/download/1.9.1/appimagetool-x86_64.AppImage
runtime=https://github.com/AppImage/type2-runtime/releases/download/20251108/runtime-x86_64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl --fail --silent --show-error --location --output "$work/tool" "$tool"
curl --fail --silent --show-error --location --output "$work/runtime" "$runtime"
sha256sum --check --quiet <<END
ed4ce84f0d9caff66f50bcca6ff6f35aae54ce8135408b3fa33abfc3cb384eb0  $work/tool
2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d  $work/runtime
END
chmod +x "$work/tool"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
ARCH=x86_64 "$work/tool" --appimage-extract-and-run --no-appstream \
    --runtime-file "$work/runtime" "$dist/Parlor.AppDir" \
    "$dist/parlor-$version-linux-x86_64.AppImage"
rm -rf "$dist/Parlor.AppDir"
