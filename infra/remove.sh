#!/bin/sh
# Removes what a deployment created outside the resource group of the installation: event subscriptions, role assignments, custom roles and
# the app registration. The resource group itself is left to azd down or az group delete. May be run again after an interruption.
# Exit codes: see azure.sh.
#
# After a first `azd up` that failed there are no outputs that name the principal and the registration. The script then removes nothing: it
# succeeds if Azure shows that nothing of the installation exists outside its resource group, and otherwise lists what does.
#
# MOORING_EXISTING_TOPICS  as for subscribe.sh
set -eu
folder=$(dirname "$0")
. "$folder/azure.sh"
. "$folder/unwatching.sh"

need AZURE_ENV_NAME "name of the installation"
own="[?starts_with(roleName, 'Mooring ') && ends_with(roleName, ' ($AZURE_ENV_NAME)')].name"

roles() {
  "$@" role definition list --subscription "$home" --custom-role-only true --query "$own" --output tsv
}

delete_role() {
  alter "delete custom role $1" role definition delete --subscription "$home" --custom-role-only true --name "$1"
}

registrations() {
  "$@" ad app list --app-id "$MOORING_REGISTRATION" --query "[].appId" --output tsv
}

delete_registration() {
  alter "delete app registration $1" ad app delete --id "$1"
}

remove() {
  home=$MOORING_HOME_SUBSCRIPTION
  for watched in $MOORING_WATCHED; do plan_unwatch "$watched"; done
  plan "the custom roles \"Mooring … ($AZURE_ENV_NAME)\" in subscription $home"
  if [ -n "${MOORING_REGISTRATION:-}" ]; then plan "the app registration $MOORING_REGISTRATION"; fi
  begin
  for watched in $MOORING_WATCHED; do unwatch "$watched"; done
  remove_each "custom role of Mooring" roles delete_role
  completed "The custom roles of Mooring do not exist any more."
  if [ -n "${MOORING_REGISTRATION:-}" ]; then
    remove_each "app registration of Mooring" registrations delete_registration
    completed "The app registration of Mooring does not exist any more."
  fi
}

# found WHAT COMMAND: for each line of `answer`, with the command that deletes it.
found() {
  for one in $answer; do plan "$1 $one; delete it with: az $2 $one"; done
}

look_in() {
  subscription=$1
  existing_topic "$subscription"
  if [ -n "$topic" ]; then
    event_subscriptions ask "list the event subscriptions of topic $topic"
    found "event subscription" "eventgrid system-topic event-subscription delete --subscription $subscription \
--resource-group ${topic%%/*} --system-topic-name ${topic#*/} --name"
  elif has_group "$subscription" "rg-$AZURE_ENV_NAME-events"; then
    answer="rg-$AZURE_ENV_NAME-events"
    found "resource group" "group delete --subscription $subscription --name"
  fi
  ask "list the role assignments in subscription $subscription" role assignment list --subscription "$subscription" \
    --scope "/subscriptions/$subscription" --fill-principal-name false --output tsv \
    --query "[?starts_with(roleDefinitionName, 'Mooring ') && ends_with(roleDefinitionName, ' ($AZURE_ENV_NAME)')].id"
  found "role assignment" "role assignment delete --ids"
}

look() {
  home=${MOORING_HOME_SUBSCRIPTION:-${AZURE_SUBSCRIPTION_ID:-}}
  need home "subscription of the installation, MOORING_HOME_SUBSCRIPTION or AZURE_SUBSCRIPTION_ID"
  ADVICE="Correct this and run the script again. Nothing was removed, and whether there is something to remove is unknown."
  begin
  for watched in ${MOORING_WATCHED:-$(echo "${MOORING_SUBSCRIPTIONS:-$home}" | tr , ' ')}; do look_in "$watched"; done
  roles ask "list the custom roles"
  found "custom role" "role definition delete --subscription $home --custom-role-only true --name"
  case ${MOORING_SIGN_IN:-register} in
    existing | closed) ;;
    *)
      ask "list the app registrations" ad app list --filter "displayName eq 'Mooring ($AZURE_ENV_NAME)'" \
        --query "[].appId" --output tsv
      found "app registration" "ad app delete --id"
      ;;
  esac
  ADVICE="Either run azd provision until it succeeds, which stores the outputs, or delete these one by one; then run this again."
  if [ -n "$PLANNED" ]; then
    stop "the outputs of a complete deployment are missing (MOORING_PRINCIPAL_ID and others), and things outside its resource group exist."
  fi
  echo "Nothing of installation $AZURE_ENV_NAME exists outside its resource group: there is nothing to remove."
}

if [ -n "${MOORING_HOME_SUBSCRIPTION:-}" ] && [ -n "${MOORING_PRINCIPAL_ID:-}" ] && [ -n "${MOORING_WATCHED:-}" ]; then
  remove
else
  look
fi
