metadata description = 'Role assignments of the app and its operators on the data in the storage account.'

@description('Name of the storage account.')
param storageName string

@description('Principal id that gets the roles.')
param principalId string

@description('True for the identity of the app: the Functions host also needs leases and its keys in blobs.')
param isApp bool = false

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var roles = [isApp ? blobDataOwner : blobDataContributor, queueDataContributor, tableDataContributor]

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    name: guid(account.id, principalId, role)
    scope: account
    properties: {
      principalId: principalId
      // With principalType set, Azure does not look up the identity, which may not be replicated yet.
      principalType: isApp ? 'ServicePrincipal' : null
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]
