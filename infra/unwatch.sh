#!/bin/sh
# Takes Mooring out of subscriptions: it gets no events of them any more, and has no role assignment there. For a subscription that is no
# longer to be watched, since a deployment removes nothing; remove.sh does the same for all. May be run again after an interruption.
# Exit codes: see azure.sh.
#
# MOORING_EXISTING_TOPICS  as for subscribe.sh
set -eu
folder=$(dirname "$0")
. "$folder/azure.sh"
. "$folder/unwatching.sh"

if [ $# -eq 0 ]; then
  echo "Which subscriptions? unwatch.sh SUBSCRIPTION…" >&2
  exit 2
fi
need AZURE_ENV_NAME "name of the installation"
need MOORING_PRINCIPAL_ID "principal of the app"

for watched in "$@"; do plan_unwatch "$watched"; done
begin
for watched in "$@"; do unwatch "$watched"; done
