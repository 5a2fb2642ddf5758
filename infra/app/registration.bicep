extension microsoftGraphV1

metadata description = '''
The app registration that people and programs sign in to. It has no secret: App Service authentication proves itself with the managed
identity of the app, which the registration trusts.
'''

@description('Name that stays the same from one deployment to the next.')
param uniqueName string

@description('Name that people read when they sign in.')
param displayName string

@description('Host name of the function app.')
param hostName string

@description('Principal of the identity that the registration trusts.')
param principalId string

@description('Users, groups or service principals that become operators. Others are assigned in Microsoft Entra ID.')
param operatorIds string[]

var roles = [
  {
    value: 'Mooring.Reader'
    description: 'Reads everything, and sees what would be done.'
  }
  {
    value: 'Mooring.Operator'
    description: 'Reads everything, and does what Mooring can do.'
  }
]

resource registration 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  signInAudience: 'AzureADMyOrg'
  api: {
    requestedAccessTokenVersion: 2
  }
  appRoles: [
    for role in roles: {
      id: guid(uniqueName, role.value)
      value: role.value
      displayName: role.value
      description: role.description
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
  ]
  web: {
    redirectUris: ['https://${hostName}/.auth/login/aad/callback']
    implicitGrantSettings: {
      enableIdTokenIssuance: true
    }
  }

  resource trust 'federatedIdentityCredentials@v1.0' = {
    name: '${uniqueName}/app'
    description: 'The managed identity of the function app'
    issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
    subject: principalId
    audiences: ['api://AzureADTokenExchange']
  }
}

resource enterpriseApp 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: registration.appId
  // Nobody gets a token who was not given one of the roles.
  appRoleAssignmentRequired: true
}

resource operators 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for id in operatorIds: {
    principalId: id
    resourceId: enterpriseApp.id
    appRoleId: guid(uniqueName, 'Mooring.Operator')
  }
]

@description('Client id.')
output clientId string = registration.appId
