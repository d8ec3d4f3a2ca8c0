#!/bin/sh
# Installs the pinned programs beside this script, once, however many builds and terminals ask at the same time.
# Beside a published service, "npm ci --ignore-scripts" in this folder does the same.
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.libra-stamp

fail() {
  echo "$1" >&2
  exit 1
}

up_to_date() {
  [ "$stamp" -nt package.json ] && [ "$stamp" -nt package-lock.json ]
}

at_least_20_3='const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 3) ? 0 : 1)'

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  fail "Node.js 20.3 or newer with npm was not found on PATH; install it and build again."
fi
if ! node -e "$at_least_20_3"; then
  fail "Node.js 20.3 or newer is needed, and PATH has $(node --version); install a newer one and build again."
fi

exec 9>.npm-ci.lock
flock 9
up_to_date && exit 0
# Install scripts stay off: every program here comes ready in its platform's package.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || fail "npm ci failed in $PWD."
touch "$stamp"
