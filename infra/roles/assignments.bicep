metadata description = 'Gives roles to a principal in one subscription.'

targetScope = 'subscription'

@description('Who gets the roles.')
param principalId string

@description('Ids of the role definitions.')
param roleDefinitionIds string[]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for id in roleDefinitionIds: {
    name: guid(subscription().id, principalId, id)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: id
    }
  }
]
