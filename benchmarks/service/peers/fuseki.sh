#!/usr/bin/env bash
# Apache Jena Fuseki on TDB2, loaded before it starts; FUSEKI_JAR names the jar of org.apache.jena:jena-fuseki-server.
# mvn dependency:get -Dartifact=org.apache.jena:jena-fuseki-server:5.2.0 -Dtransitive=false brings it to ~/.m2.
. "$(dirname "$0")/common.sh"
[ -n "${FUSEKI_JAR:-}" ] || missing "FUSEKI_JAR names no jar of org.apache.jena:jena-fuseki-server"
[ -r "$FUSEKI_JAR" ] || missing "FUSEKI_JAR names $FUSEKI_JAR, which cannot be read"
need java "apt-get install default-jre-headless"
version "$(basename "$FUSEKI_JAR" .jar)"
cat >"$folder/fuseki.ttl" <<CONFIG
@prefix fuseki: <http://jena.apache.org/fuseki#> .
@prefix tdb2: <http://jena.apache.org/2016/tdb#> .
<#service> a fuseki:Service ; fuseki:name "ds" ; fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "sparql" ] ;
  fuseki:dataset [ a tdb2:DatasetTDB2 ; tdb2:location "$folder/tdb2" ; tdb2:unionDefaultGraph true ] .
CONFIG
cat >"$folder/log4j2.properties" <<CONFIG
status = error
rootLogger.level = warn
CONFIG
java -Dlog4j2.configurationFile="$folder/log4j2.properties" -cp "$FUSEKI_JAR" tdb2.tdbloader --loc "$folder/tdb2" "$graph"
# shellcheck disable=SC2086 # several options
java ${FUSEKI_JAVA_OPTIONS:--Xmx4g} -Dlog4j2.configurationFile="$folder/log4j2.properties" -jar "$FUSEKI_JAR" --localhost --port "$port" --config "$folder/fuseki.ttl" &
server=$!
ready_at "$server" "http://127.0.0.1:$port/ds/sparql"
attend "$server"
