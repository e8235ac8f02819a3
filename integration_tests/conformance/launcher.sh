#!/bin/sh
# What Airbyte's workload launcher does around a connector in its container (ContainerCommandFactory.kt of
# airbyte-platform): the entrypoint from the environment, by eval, in the background; output into named pipes; the exit code
# into a file. SIGTERM cancels: it ends the connector's subshell, and reaches the connector itself no more than there.
# launcher.sh ARGUMENTS: in the folder of the pipes `stdout` and `stderr`; leaves `exitCode.txt` there.
if [ -z "$AIRBYTE_ENTRYPOINT" ]; then
  echo 127 > exitCode.txt
  exit 127
fi
(eval "$AIRBYTE_ENTRYPOINT $*" 2> stderr > stdout) &
connector=$!
trap 'kill "$connector"' TERM
wait "$connector"
code=$?
trap - TERM
echo "$code" > exitCode.tmp
mv exitCode.tmp exitCode.txt
exit "$code"
