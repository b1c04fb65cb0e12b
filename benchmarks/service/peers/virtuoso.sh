#!/usr/bin/env bash
# Virtuoso Open Source, with buffers for the whole graph and no cap on rows; it always asks the union of all graphs.
. "$(dirname "$0")/common.sh"
need virtuoso-t "apt-get install virtuoso-opensource"
need isql-vt "apt-get install virtuoso-opensource"
version "$(virtuoso-t --version 2>&1 | grep -m 1 Version)"
mkdir -p "$folder/data"
ln -f "$graph" "$folder/data/graph.nq" 2>/dev/null || cp "$graph" "$folder/data/graph.nq"
cat >"$folder/virtuoso.ini" <<CONFIG
[Database]
DatabaseFile = $folder/virtuoso.db
ErrorLogFile = $folder/virtuoso.log
LockFile = $folder/virtuoso.lck
TransactionFile = $folder/virtuoso.trx
xa_persistent_file = $folder/virtuoso.pxa
[TempDatabase]
DatabaseFile = $folder/temporary.db
TransactionFile = $folder/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:$second
DirsAllowed = $folder/data
NumberOfBuffers = 340000
MaxDirtyBuffers = 250000
MaxClientConnections = 64
ServerThreads = 64
ThreadsPerQuery = 2
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:$port
ServerRoot = $folder
ServerThreads = 64
MaxKeepAlives = 64
KeepAliveTimeout = 60
MaxClientConnections = 64
[SPARQL]
ResultSetMaxRows = 10000000
CONFIG
cd "$folder"
virtuoso-t +foreground +configfile "$folder/virtuoso.ini" &
server=$!
ready_at "$server" "http://127.0.0.1:$port/sparql"
isql-vt "127.0.0.1:$second" dba dba errors=stdout exec="ld_dir('$folder/data', 'graph.nq', 'urn:x:none'); rdf_loader_run(); checkpoint;"
attend "$server"
