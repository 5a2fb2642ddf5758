metadata description = '''
Sends the resource events of one watched subscription to Mooring. Deploy it in each of them once the function is there: Event Grid asks
the function whether it wants them. infra/subscribe.sh does so.
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

@description('Action groups that are told when events are lost, separated by spaces.')
param actionGroups string = ''

@description('A subscription has at most one system topic. Name of the one that is there; its events are then sent to Mooring too.')
param existingTopic string = ''

@description('Resource group of the existing topic.')
param existingTopicGroup string = ''

@description('Tags of what is made.')
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
