metadata description = 'Gives roles to a principal in one subscription.'

targetScope = 'subscription'

@description('Who gets the roles.')
param principalId string

@description('Names of the role definitions, which are GUIDs.')
param roleDefinitionNames string[]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for name in roleDefinitionNames: {
    name: guid(subscription().id, principalId, name)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      // As this subscription knows the role, wherever it was defined.
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', name)
    }
  }
]
