#!/bin/sh
# Takes Mooring out of subscriptions: their events do not go to it any more, and it has no rights there. Called for all by remove.sh;
# by hand for one that is to be watched no more, since a deployment takes nothing back. May be run again if it was interrupted.
#
# MOORING_EXISTING_TOPICS  as for subscribe.sh
set -eu

if [ $# -eq 0 ]; then
  echo "Which subscriptions? unwatch.sh SUBSCRIPTION…" >&2
  exit 2
fi
: "${AZURE_ENV_NAME:?name of the installation}"
: "${MOORING_PRINCIPAL_ID:?principal of the app}"

for subscription in "$@"; do
  existing=""
  for entry in ${MOORING_EXISTING_TOPICS:-}; do
    case $entry in "$subscription"=*) existing=${entry#*=} ;; esac
  done
  if [ -n "$existing" ]; then
    az eventgrid system-topic event-subscription delete --yes \
      --subscription "$subscription" --resource-group "${existing%%/*}" \
      --system-topic-name "${existing#*/}" --name "mooring-$AZURE_ENV_NAME"
    for lost in DeadLetteredCount DroppedEventCount; do
      az monitor metrics alert delete \
        --subscription "$subscription" --resource-group "${existing%%/*}" --name "mooring-$AZURE_ENV_NAME-$lost"
    done
  elif [ "$(az group exists --subscription "$subscription" --name "rg-$AZURE_ENV_NAME-events")" = true ]; then
    az group delete --yes --subscription "$subscription" --name "rg-$AZURE_ENV_NAME-events"
  fi
  echo "Subscription $subscription sends no events any more."

  for assignment in $(az role assignment list --subscription "$subscription" --scope "/subscriptions/$subscription" \
    --assignee "$MOORING_PRINCIPAL_ID" --query "[].id" --output tsv); do
    az role assignment delete --ids "$assignment"
  done
  echo "Mooring has no rights in subscription $subscription any more."
done
