metadata description = 'Assigns roles to a principal in one subscription.'

targetScope = 'subscription'

@description('Principal id that gets the roles.')
param principalId string

@description('Names of the role definitions, which are GUIDs.')
param roleDefinitionNames string[]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for name in roleDefinitionNames: {
    name: guid(subscription().id, principalId, name)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      // Id of the role in this subscription, also if it was defined elsewhere.
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', name)
    }
  }
]
