metadata description = 'Tables, queues and blobs of Mooring and of the Functions host. Accepts identities only: shared keys are disabled.'

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

@description('True if it is reachable through private endpoints only.')
param isPrivate bool

@description('Principal id of the app.')
param principalId string

@description('Principal ids of users of the mooring command, which accesses the same tables, queues and blobs.')
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

    // The host creates poison queues with the first failed message; created here so that they can be monitored from the start.
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

@description('Container of the deployed package.')
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::deployment.name}'
