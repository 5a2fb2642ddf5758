#!/bin/sh
# Removes the event subscriptions and role assignments of Mooring from subscriptions that are no longer watched, because a deployment
# removes nothing. remove.sh does the same for all subscriptions. May be run again after an interruption.
# Exit codes: see azure.sh.
#
# MOORING_EXISTING_TOPICS  as for subscribe.sh
set -eu
folder=$(dirname "$0")
. "$folder/azure.sh"
. "$folder/unwatching.sh"

if [ $# -eq 0 ]; then
  echo "Usage: unwatch.sh SUBSCRIPTION…" >&2
  exit 2
fi
need AZURE_ENV_NAME "name of the installation"
need MOORING_PRINCIPAL_ID "principal of the app"

for watched in "$@"; do plan_unwatch "$watched"; done
begin
for watched in "$@"; do unwatch "$watched"; done
