metadata description = 'Mooring in one subscription, with its role assignments in every watched subscription.'

targetScope = 'subscription'

@description('Name of this installation, part of the names of resources and custom roles.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of all resources except the Event Grid topics, which are global. It must support Flex Consumption.')
param location string

@description('Resource group of the installation; created if it does not exist. Empty: rg-ENVIRONMENT.')
@maxLength(90)
param resourceGroupName string = ''

@description('Ids of the subscriptions that Mooring watches: those of the clusters, their networks and their Private Link Services. Empty: the subscription of the deployment.')
param watchedSubscriptions string[] = []

@description('Capabilities that may write in Azure: pls, connections, sweep, restore. Specify those whose mode is enforce in the policy; without any Mooring can only read.')
param enforce string[] = []

@description('False if the roles are defined at a management group: roles/managementGroup.bicep.')
param assignRoles bool = true

@description('Ids of users, groups or service principals that may run the mooring command and are operators in the dashboard.')
param operatorIds string[] = []

@description('Version of Node. 22 ends on 30 April 2027.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of one instance, in MiB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Maximum number of instances. More instances also send more requests to Azure Resource Manager.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Number of always-ready instances for HTTP. At least one, so that admission reviews are not delayed by cold starts.')
@minValue(1)
@maxValue(20)
param alwaysReadyHttp int = 1

@description('Number of concurrent requests per instance.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 32

@description('Redundancy (SKU) of the storage account with Mooring\'s data. ZRS and GZRS need a region with availability zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param storageRedundancy string = 'Standard_ZRS'

@description('Sign-in: register creates an app registration; existing uses signInClientId; closed disables sign-in.')
@allowed(['register', 'existing', 'closed'])
param signIn string = 'register'

@description('Client id of an app registration with the roles Mooring.Reader and Mooring.Operator, if signIn is existing.')
param signInClientId string = ''

@description('public: storage has a public endpoint and accepts identities only. private: storage has private endpoints only.')
@allowed(['public', 'private'])
param network string = 'public'

@description('public: the app is reachable from the internet. restricted: only from Event Grid, allowedRanges and the private endpoint.')
@allowed(['public', 'restricted'])
param inbound string = 'public'

@description('Address ranges that may reach the app if inbound is restricted: those of clusters, users and pipelines.')
param allowedRanges string[] = []

@description('Address space of the virtual network that is created if network or inbound is not public and no subnets are specified.')
param virtualNetworkRange string = '10.230.0.0/24'

@description('Id of an existing subnet for the app, delegated to Microsoft.App/environments. Empty: one is created.')
param appSubnetId string = ''

@description('Id of an existing subnet for private endpoints. Empty: one is created.')
param endpointSubnetId string = ''

@description('Ids of existing private DNS zones by their name, such as privatelink.blob.core.windows.net. Missing zones are created.')
param privateDnsZoneIds object = {}

@description('An additional storage account stores events that could not be delivered. It must allow shared keys: see docs/platform/deploy.md.')
param deadLetters bool = true

@description('Retention of logs and metrics in days.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Email address for alerts. Empty: none.')
param alertEmail string = ''

@description('Ids of existing action groups that alerts also notify.')
param actionGroupIds string[] = []

@description('Further settings of the app by name, such as MOORING_WEBHOOK_URL and MOORING_WEBHOOK_SECRET.')
@secure()
param settings object = {}

@description('Tags of all created resources.')
param tags object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var appName = 'func-mooring-${token}'
var hasNetwork = network == 'private' || inbound == 'restricted'
var watched = empty(watchedSubscriptions) ? [subscription().subscriptionId] : watchedSubscriptions
var roleNames = union(['reader'], enforce)

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: allTags
}

module identity 'app/identity.bicep' = {
  name: 'mooring-identity'
  scope: group
  params: {
    name: 'id-mooring-${token}'
    location: location
    tags: allTags
  }
}

module definitions 'roles/definitions.bicep' = if (assignRoles) {
  name: 'mooring-roles-${environmentName}'
  params: {
    environmentName: environmentName
    roleNames: roleNames
    subscriptionIds: watched
  }
}

module assignments 'roles/assignments.bicep' = [
  for id in watched: if (assignRoles) {
    name: 'mooring-rights-${uniqueString(environmentName, id)}'
    scope: subscription(id)
    params: {
      principalId: identity.outputs.principalId
      roleDefinitionNames: definitions!.outputs.names
    }
  }
]

module networks 'network/network.bicep' = if (hasNetwork) {
  name: 'mooring-network'
  scope: group
  params: {
    name: 'vnet-mooring-${token}'
    location: location
    tags: allTags
    addressRange: virtualNetworkRange
    appSubnetId: appSubnetId
    endpointSubnetId: endpointSubnetId
    existingZoneIds: privateDnsZoneIds
    zoneNames: concat(
      network == 'private'
        ? [
            'privatelink.blob.${environment().suffixes.storage}'
            'privatelink.queue.${environment().suffixes.storage}'
            'privatelink.table.${environment().suffixes.storage}'
          ]
        : [],
      inbound == 'restricted' ? ['privatelink.azurewebsites.net'] : []
    )
  }
}

module storage 'app/storage.bicep' = {
  name: 'mooring-storage'
  scope: group
  params: {
    name: 'stmooring${token}'
    location: location
    tags: allTags
    redundancy: storageRedundancy
    isPrivate: network == 'private'
    principalId: identity.outputs.principalId
    operatorIds: operatorIds
  }
}

module storageEndpoints 'network/privateEndpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: if (network == 'private') {
    name: 'mooring-endpoint-${service}'
    scope: group
    params: {
      name: 'pep-mooring-${service}-${token}'
      location: location
      tags: allTags
      subnetId: networks!.outputs.endpointSubnetId
      targetId: storage.outputs.id
      part: service
      zoneId: networks!.outputs.zoneIds['privatelink.${service}.${environment().suffixes.storage}']
    }
  }
]

module deadLetterStorage 'app/deadLetters.bicep' = if (deadLetters) {
  name: 'mooring-dead-letters'
  scope: group
  params: {
    name: 'stmoordead${token}'
    location: location
    tags: allTags
  }
}

module telemetry 'monitoring/telemetry.bicep' = {
  name: 'mooring-telemetry'
  scope: group
  params: {
    workspaceName: 'log-mooring-${token}'
    componentName: 'appi-mooring-${token}'
    location: location
    tags: allTags
    retentionDays: retentionDays
    principalId: identity.outputs.principalId
  }
}

module registration 'app/registration.bicep' = if (signIn == 'register') {
  name: 'mooring-registration'
  scope: group
  params: {
    uniqueName: 'mooring-${environmentName}-${token}'
    displayName: 'Mooring (${environmentName})'
    hostName: '${appName}.azurewebsites.net'
    principalId: identity.outputs.principalId
    operatorIds: operatorIds
  }
}

module app 'app/functionApp.bicep' = {
  name: 'mooring-app'
  scope: group
  params: {
    name: appName
    planName: 'plan-mooring-${token}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    componentName: telemetry.outputs.componentName
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    httpConcurrency: httpConcurrency
    subnetId: hasNetwork ? networks!.outputs.appSubnetId : ''
    isRestricted: inbound == 'restricted'
    allowedRanges: allowedRanges
    signInClientId: signIn == 'register' ? registration!.outputs.clientId : signIn == 'existing' ? signInClientId : ''
    settings: union(
      {
        MOORING_SUBSCRIPTIONS: join(watched, ',')
        MOORING_NAME: environmentName
      },
      settings
    )
  }
  dependsOn: [storageEndpoints]
}

module appEndpoint 'network/privateEndpoint.bicep' = if (inbound == 'restricted') {
  name: 'mooring-endpoint-app'
  scope: group
  params: {
    name: 'pep-mooring-app-${token}'
    location: location
    tags: allTags
    subnetId: networks!.outputs.endpointSubnetId
    targetId: app.outputs.id
    part: 'sites'
    zoneId: networks!.outputs.zoneIds['privatelink.azurewebsites.net']
  }
}

module alerts 'monitoring/alerts.bicep' = {
  name: 'mooring-alerts'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: allTags
    componentId: telemetry.outputs.componentId
    email: alertEmail
    actionGroupIds: actionGroupIds
  }
}

module workbook 'monitoring/workbook.bicep' = {
  name: 'mooring-workbook'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: allTags
    componentId: telemetry.outputs.componentId
  }
}

@description('Region, for azd and for infra/subscribe.sh.')
output AZURE_LOCATION string = location

@description('Resource group of the installation.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Subscription of the installation.')
output MOORING_HOME_SUBSCRIPTION string = subscription().subscriptionId

@description('Name of the function app.')
output MOORING_APP_NAME string = app.outputs.name

@description('Id of the function app, the destination of events.')
output MOORING_APP_ID string = app.outputs.id

@description('Origin of the app, for mooring clusters add --url.')
output MOORING_APP_URL string = app.outputs.url

@description('Storage account for the mooring command: set it as AzureWebJobsStorage__accountName.')
output MOORING_STORAGE_NAME string = storage.outputs.name

@description('Principal id of the app, for manual role assignments and infra/remove.sh.')
output MOORING_PRINCIPAL_ID string = identity.outputs.principalId

@description('Watched subscriptions, separated by spaces.')
output MOORING_WATCHED string = join(watched, ' ')

@description('Storage account of undeliverable events; empty if there is none.')
output MOORING_DEAD_LETTER_ACCOUNT string = deadLetters ? deadLetterStorage!.outputs.id : ''

@description('Action groups of the alerts, separated by spaces.')
output MOORING_ACTION_GROUPS string = join(alerts.outputs.actionGroupIds, ' ')

@description('Client id of the created app registration; empty if none was created.')
output MOORING_REGISTRATION string = signIn == 'register' ? registration!.outputs.clientId : ''
