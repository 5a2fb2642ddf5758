#!/bin/sh
# Sends the resource events of every watched subscription to Mooring: events/watched.bicep, once for each. To be run again whenever
# the list of subscriptions has changed. Reads the outputs of main.bicep, as azd hands them over.
#
# MOORING_EXISTING_TOPICS  for subscriptions that have a system topic: SUBSCRIPTION=GROUP/TOPIC, separated by spaces
# MOORING_TRIES, MOORING_WAIT_SECONDS  how often and how long to wait until the new function answers: 10 times 30 seconds
set -eu

: "${AZURE_ENV_NAME:?name of the installation}"
: "${AZURE_LOCATION:?region of the installation}"
: "${MOORING_APP_ID:?id of the function app}"
: "${MOORING_WATCHED:?watched subscriptions, separated by spaces}"

topic_of() {
  for entry in ${MOORING_EXISTING_TOPICS:-}; do
    case $entry in "$1"=*) echo "${entry#*=}" ;; esac
  done
}

subscribe() {
  topic=$(topic_of "$1")
  az deployment sub create --only-show-errors --output none \
    --name "mooring-events-$AZURE_ENV_NAME" \
    --subscription "$1" \
    --location "$AZURE_LOCATION" \
    --template-file "$(dirname "$0")/events/watched.bicep" \
    --parameters \
    environmentName="$AZURE_ENV_NAME" \
    location="$AZURE_LOCATION" \
    appId="$MOORING_APP_ID" \
    deadLetterAccountId="${MOORING_DEAD_LETTER_ACCOUNT:-}" \
    actionGroups="${MOORING_ACTION_GROUPS:-}" \
    existingTopicGroup="${topic%%/*}" \
    existingTopic="${topic#*/}"
}

for subscription in $MOORING_WATCHED; do
  left=${MOORING_TRIES:-10}
  until subscribe "$subscription"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      echo "The events of subscription $subscription do not go to Mooring: az says why above." >&2
      exit 1
    fi
    echo "The function may not be there yet; trying again." >&2
    sleep "${MOORING_WAIT_SECONDS:-30}"
  done
  echo "Events of subscription $subscription go to Mooring."
done
