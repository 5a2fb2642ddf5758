# Sourced by unwatch.sh and remove.sh, after azure.sh: takes Mooring out of one subscription.

plan_unwatch() {
  plan "the event subscription and its alerts in subscription $1"
  plan "the role assignments of principal $MOORING_PRINCIPAL_ID in subscription $1"
}

unwatch() {
  subscription=$1
  existing_topic "$subscription"
  if [ -n "$topic" ]; then remove_from_topic; else remove_group; fi
  completed "Subscription $subscription sends no events to Mooring."
  remove_each "role assignment in subscription $subscription" assignments delete_assignment
  completed "Mooring has no role assignment in subscription $subscription."
}

# The group has nothing but the topic, its event subscription and their alerts.
remove_group() {
  group="rg-$AZURE_ENV_NAME-events"
  if has_group "$subscription" "$group"; then
    alter "delete resource group $group" group delete --yes --subscription "$subscription" --name "$group"
  fi
  confirm false "resource group $group still exists after it was deleted" \
    group exists --subscription "$subscription" --name "$group"
}

# The topic is not part of the installation, and is kept.
remove_from_topic() {
  remove_each "event subscription of Mooring in topic $topic" event_subscriptions delete_event_subscription
  remove_each "alert of Mooring beside topic $topic" alerts delete_alert
}

event_subscriptions() {
  "$@" eventgrid system-topic event-subscription list \
    --subscription "$subscription" --resource-group "${topic%%/*}" --system-topic-name "${topic#*/}" \
    --query "[?name=='mooring-$AZURE_ENV_NAME'].name" --output tsv
}

delete_event_subscription() {
  alter "delete event subscription $1" eventgrid system-topic event-subscription delete --yes \
    --subscription "$subscription" --resource-group "${topic%%/*}" --system-topic-name "${topic#*/}" --name "$1"
}

alerts() {
  own="name=='mooring-$AZURE_ENV_NAME-DeadLetteredCount' || name=='mooring-$AZURE_ENV_NAME-DroppedEventCount'"
  "$@" monitor metrics alert list --subscription "$subscription" --resource-group "${topic%%/*}" \
    --query "[?$own].name" --output tsv
}

delete_alert() {
  alter "delete alert $1" monitor metrics alert delete \
    --subscription "$subscription" --resource-group "${topic%%/*}" --name "$1"
}

# By object id, without names: needs no access to Microsoft Graph, which an installer may not have.
assignments() {
  "$@" role assignment list --subscription "$subscription" --scope "/subscriptions/$subscription" \
    --assignee-object-id "$MOORING_PRINCIPAL_ID" --fill-principal-name false --query "[].id" --output tsv
}

delete_assignment() {
  alter "delete role assignment $1" role assignment delete --subscription "$subscription" --ids "$1"
}
