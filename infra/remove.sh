#!/bin/sh
# Takes away what a deployment made outside the resource group of the installation: event subscriptions, role assignments, custom roles
# and the app registration. The resource group itself is left to azd down or az group delete. May be run again if it was interrupted.
set -eu

: "${AZURE_ENV_NAME:?name of the installation}"
: "${MOORING_HOME_SUBSCRIPTION:?subscription of the installation}"
: "${MOORING_PRINCIPAL_ID:?principal of the app}"
: "${MOORING_WATCHED:?watched subscriptions, separated by spaces}"

for subscription in $MOORING_WATCHED; do
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

for role in $(az role definition list --subscription "$MOORING_HOME_SUBSCRIPTION" --custom-role-only true \
  --query "[?starts_with(roleName, 'Mooring ') && ends_with(roleName, ' ($AZURE_ENV_NAME)')].name" --output tsv); do
  az role definition delete --subscription "$MOORING_HOME_SUBSCRIPTION" --custom-role-only true --name "$role"
done
echo "The custom roles are gone."

if [ -n "${MOORING_REGISTRATION:-}" ]; then
  if az ad app show --id "$MOORING_REGISTRATION" --output none 2>/dev/null; then
    az ad app delete --id "$MOORING_REGISTRATION"
  fi
  echo "The app registration is gone."
fi
