#!/usr/bin/env bash
# rdflib-endpoint with rdflib's own store in memory; its default graph is the union.
. "$(dirname "$0")/common.sh"
command=${RDFLIB_ENDPOINT:-$(dirname "$0")/../../../.venv/bin/rdflib-endpoint}
[ -x "$command" ] || missing "$command is not there: pip install '.[peers]', or name it in RDFLIB_ENDPOINT"
version "$("$(dirname "$command")/python" -c 'from importlib.metadata import version as v; print("rdflib-endpoint", v("rdflib-endpoint"), "on rdflib", v("rdflib"))')"
"$command" serve --host 127.0.0.1 --port "$port" "$graph" &
server=$!
ready_at "$server" "http://127.0.0.1:$port/"
attend "$server"
