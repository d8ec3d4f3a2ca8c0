#!/bin/sh
# Inside a rented machine: gives the build what the install made, builds in a copy of the sources, and leaves the result beside it.
# usage: remote-build.sh ROOT RESULT COMMAND...   (each COMMAND one shell line, quoted by the service)
set -eu
root=$1
shift
rm -rf "$root/work" "$root/result.tar"
mkdir "$root/work"
# Hard links: a copy would take as long as the build.
(cd "$root/install" && find . -type d -name node_modules -prune \
  -exec sh -c 'for d; do mkdir -p "$0/$(dirname "$d")" && cp -al "$d" "$0/$d"; done' "$root/work" {} +)
exec 3>"$root/result.tar"
exec sh "$root/scripts/build.sh" "$root/source" "$root/work" "$@"
