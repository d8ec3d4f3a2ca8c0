#!/bin/sh
# usage: workerd-guard.sh [CGROUP.PROCS...] -- COMMAND...
# Runs a command (workerd) in the given control groups, so that it never outlives the service, however the service ends.
#   stdin   the lifeline: its end (the service closed it, or died) stops the command
#   stdout  what the command writes to descriptor 3: workerd's control messages, which a site's console cannot forge
#   stderr  everything that the command prints
# After the lifeline ends the command has four seconds to finish what it is doing.
exec 4<&0 </dev/null
(
  # Joined by the command alone, and before it has memory that would stay behind: what is ended for want of memory is not the guard.
  while [ "$1" != -- ]; do
    echo 0 > "$1" || exit 1
    shift
  done
  shift
  exec "$@"
) 3>&1 1>&2 4<&- &
child=$!
exec 1>&2 # or the reader of stdout would not see the command's end
trap '' INT
trap 'kill -TERM "$child" 2>/dev/null' TERM HUP

(
  trap - TERM HUP
  read -r _ <&4
  kill -TERM "$child"
  # A few long pauses instead of many short ones: on a busy machine each takes longer than it says.
  halves=0
  while kill -0 "$child" && [ "$halves" -lt 8 ]; do
    sleep 0.5
    halves=$((halves + 1))
  done
  kill -KILL "$child"
) >/dev/null 2>&1 &
watcher=$!

# A trapped signal ends wait early, so ask again until the command is really gone.
wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
kill "$watcher" 2>/dev/null
exit "$code"
