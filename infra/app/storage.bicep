metadata description = 'Tables, queues and blobs of Mooring and of the Functions host. Reached with identities only: shared keys are off.'

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('SKU of the account.')
param redundancy string

@description('True if only private endpoints reach it.')
param isPrivate bool

@description('Principal of the app.')
param principalId string

@description('Principals that run the mooring command: it speaks to the same tables, queues and blobs.')
param operatorIds string[]

var queues = ['pls', 'inventory', 'orphans', 'drift', 'notices']

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'None'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: {
        enabled: true
        days: 7
      }
    }

    resource deployment 'containers' = {
      name: 'deployment'
    }
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource work 'queues' = [
      for queue in queues: {
        name: 'mooring-${queue}'
      }
    ]

    // The host makes them when it first gives up on a message; here they can be watched from the first day.
    resource poison 'queues' = [
      for queue in queues: {
        name: 'mooring-${queue}-poison'
      }
    ]
  }
}

module appRoles 'storageRoles.bicep' = {
  name: 'mooring-storage-roles-app'
  params: {
    storageName: account.name
    principalId: principalId
    isApp: true
  }
}

module operatorRoles 'storageRoles.bicep' = [
  for (id, index) in operatorIds: {
    name: 'mooring-storage-roles-${index}'
    params: {
      storageName: account.name
      principalId: id
    }
  }
]

@description('Resource id.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Where the deployed package is kept.')
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::deployment.name}'
