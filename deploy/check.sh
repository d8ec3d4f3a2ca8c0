#!/usr/bin/env bash
# Shows that the published folder is the product: publishes it, starts it away from the checkout, and asks it for its health.
# Needs what a build needs, and curl. Arguments go to dotnet publish: --no-build after a build of the Release configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$(mktemp -d)
service=

finish() {
  if [ -n "$service" ]; then
    kill -TERM "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

verify_unit() {
  command -v systemd-analyze >/dev/null || return 0
  # The program is where it was published, and the user one that every machine has.
  sed -e "s#/opt/libra-deploy#$work/app#g" -e 's/^\(User\|Group\)=.*/\1=root/' deploy/libra-deploy.service >"$work/libra-deploy.service"
  systemd-analyze verify "$work/libra-deploy.service"
}

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, () => { console.log(server.address().port); server.close(); })'
}

dotnet publish src/WebApi --configuration Release --output "$work/app" --nologo -v quiet "$@"
# What "npm ci --ignore-scripts" in that folder would bring is here already.
ln -s "$root/runtime/node_modules" "$work/app/runtime/node_modules"
verify_unit

port=$(free_port)
cd "$work"
ENVIRONMENT=development PORT=$port LIBRA_EDGE_PORT=0 LIBRA_DATA_DIR="$work/data" "$work/app/Libra.Deploy.WebApi" >"$work/log" 2>&1 &
service=$!

for _ in $(seq 240); do
  if ! kill -0 "$service" 2>/dev/null; then
    cat "$work/log"
    echo "The published service ended before it was ready." >&2
    exit 1
  fi
  if health=$(curl --fail --silent --max-time 5 "http://localhost:$port/health/ready"); then
    echo "published service is ready: $health"
    exit 0
  fi
  sleep 0.5
done
cat "$work/log"
echo "The published service was not ready in time." >&2
exit 1
