extension microsoftGraphV1

metadata description = '''
The app registration for sign-in of users and programs. It has no secret: App Service authentication uses the managed identity of the
app as its credential, which the registration trusts.
'''

@description('Unique name, the same for all deployments.')
param uniqueName string

@description('Display name, shown at sign-in.')
param displayName string

@description('Host name of the function app.')
param hostName string

@description('Principal id of the identity that the registration trusts.')
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
    oauth2PermissionScopes: [
      {
        id: guid(uniqueName, 'user_impersonation')
        value: 'user_impersonation'
        type: 'User'
        adminConsentDisplayName: 'Call Mooring as the signed-in user'
        adminConsentDescription: 'The program calls the API of Mooring with the roles of the signed-in user.'
        userConsentDisplayName: 'Call Mooring in your name'
        userConsentDescription: 'The program calls the API of Mooring with your roles.'
        isEnabled: true
      }
    ]
  }
  // For sign-in with a device code or in a browser of this machine.
  isFallbackPublicClient: true
  publicClient: {
    redirectUris: ['http://localhost']
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
  // Only principals with one of the roles get a token.
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
