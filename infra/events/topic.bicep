metadata description = 'The system topic of a subscription, its event subscription for Mooring, and alerts for lost events.'

@description('Name of the installation.')
param environmentName string

@description('Id of the function app.')
param appId string

@description('Storage account of undeliverable events. Empty: none.')
param deadLetterAccountId string

@description('Action groups to notify when events are lost.')
param actionGroupIds string[]

@description('Name of an existing topic. Empty: one is created.')
param existingTopic string

@description('Tags.')
param tags object

// Types of events that shared/events/toWork.ts handles. A change of a child resource is reported as a write of its parent.
var operations = [
  'Microsoft.Network/applicationGateways/'
  'Microsoft.Network/loadBalancers/'
  'Microsoft.Network/networkInterfaces/'
  'Microsoft.Network/privateEndpoints/'
  'Microsoft.Network/privateLinkServices/'
  'Microsoft.Network/virtualNetworks/'
  'Microsoft.Compute/virtualMachineScaleSets/'
  'Microsoft.ContainerService/managedClusters/'
]
var topicName = empty(existingTopic) ? 'evgst-${environmentName}' : existingTopic
var losses = ['DeadLetteredCount', 'DroppedEventCount']

resource made 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (empty(existingTopic)) {
  name: topicName
  location: 'global'
  tags: tags
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource eventSubscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  name: 'mooring-${environmentName}'
  parent: topic
  properties: {
    destination: {
      // Event Grid reads the key of the function itself, so the template does not contain it.
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${appId}/functions/onResourceEvent'
        maxEventsPerBatch: 1
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Resources.ResourceWriteSuccess', 'Microsoft.Resources.ResourceDeleteSuccess']
      advancedFilters: [
        {
          key: 'data.operationName'
          operatorType: 'StringBeginsWith'
          values: operations
        }
      ]
    }
    // The maximum of Event Grid. Polls and scans find the changes of lost events within minutes.
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterDestination: empty(deadLetterAccountId)
      ? null
      : {
          endpointType: 'StorageBlob'
          properties: {
            resourceId: deadLetterAccountId
            blobContainerName: 'mooring-deadletters'
          }
        }
  }
  dependsOn: [made]
}

resource lost 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for metric in losses: {
    name: 'mooring-${environmentName}-${metric}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Event Grid gave up on events for Mooring. See docs/platform/alerts.md#events-lost'
      severity: 3
      enabled: true
      scopes: [topic.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      targetResourceType: 'Microsoft.EventGrid/systemTopics'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'lost'
            criterionType: 'StaticThresholdCriterion'
            metricName: metric
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            operator: 'GreaterThan'
            threshold: 0
            timeAggregation: 'Total'
          }
        ]
      }
      autoMitigate: true
      actions: map(actionGroupIds, id => { actionGroupId: id })
    }
    dependsOn: [made]
  }
]
