# What the start scripts share. A script is called with: GRAPH.nq PORT FOLDER SECOND_PORT
# It prepares its server in FOLDER, makes FOLDER/ready once the server answers, and stays until it is ended.
# Exit code 77 says that the server is not installed here; the reason stands on stderr.
set -euo pipefail
graph=$1 port=$2 folder=$3 second=$4
export graph port folder second

missing() { echo "$*" >&2; exit 77; }

need() { # command, what to install
  command -v "$1" >/dev/null || missing "$1 is not installed: $2"
}

ready_at() { # process, URL of the SPARQL endpoint: wait until it answers
  until curl --noproxy '*' --silent --fail --output /dev/null --get --data-urlencode "query=ASK {}" "$2"; do
    kill -0 "$1" 2>/dev/null || { echo "the server ended while it started" >&2; exit 1; }
    sleep 0.02
  done
}

version() { # text: which version this is
  echo "$*" >"$folder/version"
}

attend() { # process: tell that it is ready, and end when it ends, or when who called us has gone
  : >"$folder/ready"
  while kill -0 "$1" 2>/dev/null && kill -0 "$PPID" 2>/dev/null; do
    sleep 1 &
    wait $!
  done
}

end_child() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }
trap end_child EXIT
trap 'exit 0' TERM INT
need curl "apt-get install curl"
