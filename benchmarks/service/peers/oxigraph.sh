#!/usr/bin/env bash
# oxigraph serve, from the Python package of that name: in memory, the default graph as the union, as ours is.
. "$(dirname "$0")/common.sh"
command=${OXIGRAPH:-$(dirname "$0")/../../../.venv/bin/oxigraph}
[ -x "$command" ] || missing "$command is not there: pip install '.[peers]', or name it in OXIGRAPH"
version "$("$command" --version)"
"$command" serve --union-default-graph --bind "127.0.0.1:$port" &
server=$!
ready_at "$server" "http://127.0.0.1:$port/query"
curl --noproxy '*' --silent --fail --show-error --request POST --header "Content-Type: application/n-quads" \
  --upload-file "$graph" "http://127.0.0.1:$port/store"
attend "$server"
