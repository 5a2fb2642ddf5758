metadata description = 'The identity of the app. It is no part of the app, so that its rights outlive a new one in its place.'

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

@description('Id that roles are assigned to.')
output principalId string = identity.properties.principalId

@description('Id that the app names when it asks for a token.')
output clientId string = identity.properties.clientId
