#!/bin/sh
# Entrypoint of the image. Gives the JavaScript heap 60 % of the container's memory: pages of rows live outside of it, and a
# process that fills the container is killed without a word. Works from any folder, since Airbyte sets its own.
set -eu

# Memory limit of the container in bytes (cgroup v2, then v1), or nothing where there is none.
memory_limit() {
  for file in "${CGROUP:-/sys/fs/cgroup}/memory.max" "${CGROUP:-/sys/fs/cgroup}/memory/memory.limit_in_bytes"; do
    if [ -r "$file" ]; then
      limit=$(cat "$file")
      case $limit in
        # "max" is no limit; version 1 says so by a number near 2^63.
        *[!0-9]* | ????????????????*) ;;
        *) echo "$limit" ;;
      esac
      return
    fi
  done
}

limit=$(memory_limit)
exec node ${limit:+"--max-old-space-size=$((limit * 60 / 100 / 1048576))"} \
  "$(dirname "$0")/connector/dist/bin/source-dynamics365.js" "$@"
