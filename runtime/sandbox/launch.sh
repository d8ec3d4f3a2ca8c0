#!/bin/sh
# Outside the sandbox, as the service's user: prepares what bubblewrap needs and then becomes bubblewrap, so that the service's child is bubblewrap itself.
# usage: launch.sh SERVICE_PID STAGE [CGROUP.PROCS...] -- [FD=SERVICE_FD | FD<FILE ...] -- [PATH...] -- COMMAND...
# STAGE is a folder of a private mount namespace in which every PATH appears by its number, or "" to leave paths where they are:
# a build's user cannot pass through the service's own folders (0700), and need not.
set -eu
umask 022
# Whoever starts this has it killed with the service from its first moment (setpriv --pdeathsig), since bubblewrap takes care of that only at
# the end of its own start. A service that died even before that is seen here.
[ "$PPID" -eq "$1" ] || exit 1
stage=$2
shift 2

# Joined before anything else, because memory that a process already has does not move with it.
while [ "$1" != -- ]; do echo $$ > "$1"; shift; done
shift

# Opened by path rather than inherited: .NET marks every descriptor close-on-exec, and an inheritable one would leak into other sandboxes.
while [ "$1" != -- ]; do
  case "$1" in
    [0-9]=*) eval "exec ${1%%=*}>/proc/$PPID/fd/${1#*=}" ;;
    *) eval "exec ${1%%<*}<\"\${1#*<}\"" ;;
  esac
  shift
done
shift

if [ -n "$stage" ]; then mount -t tmpfs -o mode=0755,size=1m,nosuid,nodev libra "$stage"; fi
number=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$stage/$number"; else : > "$stage/$number"; fi
  mount --bind "$1" "$stage/$number"
  number=$((number + 1))
  shift
done
shift

exec "$@"
