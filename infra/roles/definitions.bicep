metadata description = 'The custom roles that Mooring needs, from the table in shared/azure/needed.ts.'

targetScope = 'subscription'

@description('Name of the installation: names of roles are unique in a tenant.')
param environmentName string

@description('Which roles: reader, pls, connections, sweep, restore.')
param roleNames string[]

@description('Subscriptions in which the roles can be assigned.')
param subscriptionIds string[]

var roles = loadJsonContent('../roles.json')
var scopes = map(subscriptionIds, id => '/subscriptions/${id}')

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for name in roleNames: {
    name: guid(subscription().id, environmentName, name)
    properties: {
      roleName: '${roles[name].roleName} (${environmentName})'
      description: roles[name].description
      type: 'CustomRole'
      permissions: [
        {
          actions: roles[name].actions
          notActions: []
        }
      ]
      assignableScopes: union(['/subscriptions/${subscription().subscriptionId}'], scopes)
    }
  }
]

@description('Names of the role definitions, which are GUIDs.')
output names string[] = [for (name, index) in roleNames: definitions[index].name]
