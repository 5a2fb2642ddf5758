metadata description = 'Mooring in one subscription, with its rights in every subscription that it watches.'

targetScope = 'subscription'

@description('Name of this installation. Names of resources and of the custom roles carry it.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of everything but the Event Grid topics, which are global. It must have Flex Consumption.')
param location string

@description('Resource group of the installation; made if it is not there. Empty: rg-ENVIRONMENT.')
@maxLength(90)
param resourceGroupName string = ''

@description('Ids of the subscriptions that Mooring watches: those of the clusters, their networks and their Private Link Services. Empty: its own.')
param watchedSubscriptions string[] = []

@description('Capabilities that may write in Azure: pls, connections, sweep, restore. Give those whose mode is enforce in the policy; without one Mooring can only read.')
param enforce string[] = []

@description('False where the roles come from a management group: roles/managementGroup.bicep.')
param assignRoles bool = true

@description('Ids of users, groups or service principals that run the mooring command and are operators in the dashboard.')
param operatorIds string[] = []

@description('Version of Node. 22 ends on 30 April 2027.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of one instance, in MiB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('How far the app may scale out. More instances also ask Azure Resource Manager more often.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always wait for HTTP. An admission webhook must not wait for a cold start: at least one.')
@minValue(1)
@maxValue(20)
param alwaysReadyHttp int = 1

@description('Requests that one instance answers at the same time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 32

@description('Redundancy (SKU) of the storage account with Mooring\'s data. Not every region has zones, which ZRS and GZRS need.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param storageRedundancy string = 'Standard_ZRS'

@description('Who may sign in: register makes an app registration; existing uses signInClientId; closed lets nobody in.')
@allowed(['register', 'existing', 'closed'])
param signIn string = 'register'

@description('Client id of an app registration with the roles Mooring.Reader and Mooring.Operator, where signIn is existing.')
param signInClientId string = ''

@description('public: storage answers on the internet, to identities only. private: storage has private endpoints alone.')
@allowed(['public', 'private'])
param network string = 'public'

@description('public: everybody reaches the app. restricted: Event Grid, allowedRanges and the private endpoint do.')
@allowed(['public', 'restricted'])
param inbound string = 'public'

@description('Address ranges that reach the app where inbound is restricted: where clusters, people and pipelines come from.')
param allowedRanges string[] = []

@description('Address space of the virtual network that is made where network or inbound is not public and no subnets are given.')
param virtualNetworkRange string = '10.230.0.0/24'

@description('Id of an existing subnet for the app, delegated to Microsoft.App/environments. Empty: one is made.')
param appSubnetId string = ''

@description('Id of an existing subnet for private endpoints. Empty: one is made.')
param endpointSubnetId string = ''

@description('Ids of existing private DNS zones by their name, such as privatelink.blob.core.windows.net. Zones that are missing are made.')
param privateDnsZoneIds object = {}

@description('An extra storage account keeps events that could not be delivered. It must allow shared keys: see docs/platform/deploy.md.')
param deadLetters bool = true

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Address that alerts are sent to. Empty: none.')
param alertEmail string = ''

@description('Ids of existing action groups that alerts go to as well.')
param actionGroupIds string[] = []

@description('Further settings of the app by name, such as MOORING_WEBHOOK_URL and MOORING_WEBHOOK_SECRET.')
@secure()
param settings object = {}

@description('Tags of everything that is made.')
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

@description('Id of the function app: where the events go.')
output MOORING_APP_ID string = app.outputs.id

@description('Origin of the app, for mooring clusters add --url.')
output MOORING_APP_URL string = app.outputs.url

@description('Storage account that the mooring command speaks to: set it as AzureWebJobsStorage__accountName.')
output MOORING_STORAGE_NAME string = storage.outputs.name

@description('Principal of the app, for grants by hand and for infra/remove.sh.')
output MOORING_PRINCIPAL_ID string = identity.outputs.principalId

@description('Watched subscriptions, separated by spaces.')
output MOORING_WATCHED string = join(watched, ' ')

@description('Storage account of undeliverable events; empty if there is none.')
output MOORING_DEAD_LETTER_ACCOUNT string = deadLetters ? deadLetterStorage!.outputs.id : ''

@description('Action groups of the alerts, separated by spaces.')
output MOORING_ACTION_GROUPS string = join(alerts.outputs.actionGroupIds, ' ')

@description('Client id of the app registration that was made; empty if none was.')
output MOORING_REGISTRATION string = signIn == 'register' ? registration!.outputs.clientId : ''
