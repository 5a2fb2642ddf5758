metadata description = '''
Alternative to the roles in main.bicep for many subscriptions: roles defined and assigned at a management group apply to all
subscriptions below it, also to new ones. Deploy it with az deployment mg create after main.bicep with assignRoles=false.
'''

targetScope = 'managementGroup'

@description('Name of the installation: names of roles are unique in a tenant.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Principal of the app: output MOORING_PRINCIPAL_ID of main.bicep.')
param principalId string

@description('Capabilities that may write in Azure: pls, connections, sweep, restore.')
param enforce string[] = []

var roles = loadJsonContent('../roles.json')
var roleNames = union(['reader'], enforce)

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for name in roleNames: {
    name: guid(managementGroup().id, environmentName, name)
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
      assignableScopes: [managementGroup().id]
    }
  }
]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (role, index) in roleNames: {
    name: guid(managementGroup().id, principalId, definitions[index].name)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: definitions[index].id
    }
  }
]
