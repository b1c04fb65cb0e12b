#!/usr/bin/env bash
# Our own service on the graph as a file; BENCH_POCA_KG_OPTIONS adds options of serve.
. "$(dirname "$0")/common.sh"
command=${BENCH_POCA_KG:-$(dirname "$0")/../../../.venv/bin/poca-kg}
[ -x "$command" ] || missing "$command is not there: make graph, or name it in BENCH_POCA_KG"
version "$("$command" --version)"
# shellcheck disable=SC2086 # several options
"$command" serve --host 127.0.0.1 --port "$port" --data "$graph" ${BENCH_POCA_KG_OPTIONS:-} &
server=$!
ready_at "$server" "http://127.0.0.1:$port/sparql"
attend "$server"
