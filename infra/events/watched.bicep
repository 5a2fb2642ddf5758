metadata description = '''
Sends the resource events of one watched subscription to Mooring. Deploy it in each of them after the function
exists, because Event Grid validates the endpoint. infra/subscribe.sh does so.
'''

targetScope = 'subscription'

@description('Name of the installation.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of the resource group; the topic itself is global.')
param location string

@description('Id of the function app: output MOORING_APP_ID of main.bicep.')
param appId string

@description('Storage account of undeliverable events: output MOORING_DEAD_LETTER_ACCOUNT. Empty: they are dropped after a day.')
param deadLetterAccountId string = ''

@description('Action groups to notify when events are lost, separated by spaces.')
param actionGroups string = ''

@description('Name of an existing system topic; its events are then also sent to Mooring. A subscription has at most one system topic.')
param existingTopic string = ''

@description('Resource group of the existing topic.')
param existingTopicGroup string = ''

@description('Tags of created resources.')
param tags object = {}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = if (empty(existingTopic)) {
  name: 'rg-${environmentName}-events'
  location: location
  tags: tags
}

module topic 'topic.bicep' = {
  name: 'mooring-events'
  scope: resourceGroup(empty(existingTopic) ? 'rg-${environmentName}-events' : existingTopicGroup)
  params: {
    environmentName: environmentName
    appId: appId
    deadLetterAccountId: deadLetterAccountId
    actionGroupIds: empty(actionGroups) ? [] : split(actionGroups, ' ')
    existingTopic: existingTopic
    tags: tags
  }
  dependsOn: [group]
}
