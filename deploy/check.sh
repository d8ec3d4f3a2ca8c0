#!/usr/bin/env bash
# Shows that the published folder is the product: publishes it, starts it away from the checkout, and asks it for its health. Then
# builds what the image's first stage builds, of the files that it copies and no others, and compares the two.
# Needs what a build needs, and curl. Arguments go to dotnet publish: --no-build after a build of the Release configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$(mktemp -d)
chmod 755 "$work" # PostgreSQL's own user has to pass through: elsewhere its data would outlive the check
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

# The first stage of the Dockerfile without a container engine: /source and /published are folders below $work.
build_like_the_image() {
  local instruction arguments
  local ignored=()
  mapfile -t ignored < <(sed 's#^\*\*/#--exclude=#; t; s#^#--exclude=./#' "$root/.dockerignore")
  mkdir -p "$work/source"
  while read -r instruction arguments; do
    arguments=${arguments//\/published/$work/published}
    case $instruction in
      COPY) copy_like_the_image $arguments ;;
      RUN) (cd "$work/source" && eval "$arguments --nologo --verbosity quiet" </dev/null) ;;
    esac
  done < <(awk '/^FROM/ { stage++ } stage == 1' "$root/deploy/Dockerfile")
  diff <(list_files "$work/app") <(list_files "$work/published")
  echo "the image's folder holds the files of the published one"
}

# What follows is taken from the checkout, the last one says where to; a folder gives its content.
copy_like_the_image() {
  local to=${*: -1} from
  [ "${to#/}" != "$to" ] || to=$work/source/$to
  mkdir -p "$to"
  for from in "${@:1:$#-1}"; do
    if [ -d "$root/$from" ]; then tar -C "$root/$from" "${ignored[@]}" -cf - . | tar -C "$to" -xf -; else cp "$root/$from" "$to"; fi
  done
}

list_files() {
  (cd "$1" && find . -name node_modules -prune -o -type f -print | LC_ALL=C sort)
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
    build_like_the_image
    exit 0
  fi
  sleep 0.5
done
cat "$work/log"
echo "The published service was not ready in time." >&2
exit 1
