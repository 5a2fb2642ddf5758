metadata description = 'The user-assigned identity of the app. It is separate from the app, so that its role assignments remain if the app is recreated.'

@description('Name of the identity.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id.')
output id string = identity.id

@description('Principal id, for role assignments.')
output principalId string = identity.properties.principalId

@description('Client id, with which the app requests tokens.')
output clientId string = identity.properties.clientId
