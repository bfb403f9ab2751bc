#!/bin/sh
# Makes the namespace, where it is not there yet. Ended workflows can be looked at for 30 days: as long as Leadrail links to
# them. The search attributes are Leadrail's own business, at its start. TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: the environment.
set -eu

# The server listens a little before it answers.
tries=60
until temporal operator cluster health > /dev/null 2>&1; do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS does not answer; look at its log." >&2
    exit 1
  fi
  sleep 1
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
  echo "Namespace $TEMPORAL_NAMESPACE is there."
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
fi
