#!/bin/sh
# Inside the second phase: copies the sources in, runs the commands one after the other and sends the result folder as a tar to descriptor 3.
# usage: build.sh SOURCE WORK RESULT COMMAND...   (each COMMAND one shell line, quoted by the service)
source=$1
work=$2
result=$3
shift 3
cp -R "$source/." "$work/" && cd "$work" || exit 1

# pnpm takes these from the environment too (BuildPhase.cs says why); but tools such as turbo start it again without its variables.
mkdir -p "$HOME/.config/pnpm" && printf 'verifyDepsBeforeRun: false\npmOnFail: ignore\nruntimeOnFail: ignore\n' > "$HOME/.config/pnpm/config.yaml"

# Told where the sources are if anything else runs, the bundler sees what that made of them.
if [ $# -gt 1 ]; then built_from=$source; else built_from=; fi

# Loading the bundler takes as long as a small build does. So it loads meanwhile, and begins when a line comes on its standard input.
bundler="node $(dirname "$0")/bundle.mjs"
start_bundler() {
  turn=$(mktemp -u)
  mkfifo "$turn" || exit 1
  (exec 3>&-; eval "$bundler --wait \"\$built_from\"" <"$turn") &
  waiting=$!
  # Opens when the other end has; when this shell ends it closes, and with it the bundler ends.
  exec 4>"$turn"
}
run() {
  if [ "$1" = "$bundler" ]; then
    echo >&4
    wait "$waiting"
  else
    # Without descriptor 3, so that a command cannot write into the result by accident.
    (exec 3>&- 4>&-; eval "$1")
  fi
}

for line in "$@"; do
  if [ "$line" = "$bundler" ]; then start_bundler; fi
done
for line in "$@"; do
  printf '$ %s\n' "$line"
  run "$line" || exit
done

if [ ! -d "$work/$result" ]; then
  echo "The build made no folder '$result'." >&2
  exit 1
fi
cd "$work/$result" || exit 1
find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z |
  tar --create --file=- --format=gnu --null --no-recursion --verbatim-files-from --files-from=- --owner=0 --group=0 --numeric-owner --mtime=@0 >&3
