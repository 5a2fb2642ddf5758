#!/bin/sh
# Sends the resource events of every watched subscription to Mooring: deploys events/watched.bicep in each of them. Run it again whenever
# the list of subscriptions has changed. Reads the outputs of main.bicep, as azd passes them on. Exit codes: see azure.sh.
#
# MOORING_EXISTING_TOPICS  for subscriptions that have a system topic: SUBSCRIPTION=GROUP/TOPIC, separated by spaces
# MOORING_TRIES, MOORING_WAIT_SECONDS  how often and how long to wait until the new function answers: 10 times 30 seconds
set -eu
folder=$(dirname "$0")
. "$folder/azure.sh"

need AZURE_ENV_NAME "name of the installation"
need AZURE_LOCATION "region of the installation"
need MOORING_APP_ID "id of the function app"
need MOORING_WATCHED "watched subscriptions, separated by spaces"

deploy() {
  az deployment sub create --only-show-errors --output none \
    --name "mooring-events-$AZURE_ENV_NAME" \
    --subscription "$1" \
    --location "$AZURE_LOCATION" \
    --template-file "$folder/events/watched.bicep" \
    --parameters \
    environmentName="$AZURE_ENV_NAME" \
    location="$AZURE_LOCATION" \
    appId="$MOORING_APP_ID" \
    deadLetterAccountId="${MOORING_DEAD_LETTER_ACCOUNT:-}" \
    actionGroups="${MOORING_ACTION_GROUPS:-}" \
    existingTopicGroup="${topic%%/*}" \
    existingTopic="${topic#*/}" </dev/null
}

# Event Grid validates the function, which may take some minutes to be there after its deployment.
deploy_with_retries() {
  left=${MOORING_TRIES:-10}
  until deploy "$1"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      stop "Mooring gets no events of subscription $1: the deployment failed ${MOORING_TRIES:-10} times; its last message is above."
    fi
    echo "The function may not be available yet; trying again." >&2
    sleep "${MOORING_WAIT_SECONDS:-30}"
  done
}

subscribe() {
  existing_topic "$1"
  deploy_with_retries "$1"
  place=${topic:-"rg-$AZURE_ENV_NAME-events/evgst-$AZURE_ENV_NAME"}
  confirm Succeeded "the event subscription in subscription $1 is not provisioned" \
    eventgrid system-topic event-subscription show --name "mooring-$AZURE_ENV_NAME" --subscription "$1" \
    --resource-group "${place%%/*}" --system-topic-name "${place#*/}" --query provisioningState --output tsv
  completed "Mooring gets the events of subscription $1."
}

for watched in $MOORING_WATCHED; do plan "the events of subscription $watched"; done
begin
for watched in $MOORING_WATCHED; do subscribe "$watched"; done
