metadata description = 'The function app on Flex Consumption, with sign-in.'

@description('Name of the function app.')
param name string

@description('Name of its plan.')
param planName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the identity of the app.')
param identityId string

@description('Client id of the same identity.')
param identityClientId string

@description('Name of the storage account.')
param storageName string

@description('Container of the deployed package.')
param deploymentContainerUrl string

@description('Name of the Application Insights component that receives telemetry.')
param componentName string

@description('Version of Node.')
param nodeVersion string

@description('Memory of one instance, in MiB.')
param instanceMemoryMB int

@description('Maximum number of instances.')
param maximumInstanceCount int

@description('Number of always-ready instances for HTTP.')
param alwaysReadyHttp int

@description('Number of concurrent requests per instance.')
param httpConcurrency int

@description('Subnet for outbound traffic of the app. Empty: none.')
param subnetId string

@description('True if inbound access to the app is restricted.')
param isRestricted bool

@description('Address ranges that may reach the app, in addition to Event Grid, if inbound access is restricted.')
param allowedRanges string[]

@description('Client id of the app registration. Empty: sign-in is disabled.')
param signInClientId string

@description('Settings of Mooring.')
@secure()
param settings object

// The tenant that signs people and programs in.
var signInAuthority = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'

var restrictions = concat(
  [
    {
      name: 'EventGrid'
      action: 'Allow'
      priority: 100
      tag: 'ServiceTag'
      ipAddress: 'AzureEventGrid'
    }
  ],
  map(allowedRanges, (range, index) => {
    name: 'Range${index}'
    action: 'Allow'
    priority: 200 + index
    tag: 'Default'
    ipAddress: range
  })
)

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'mooring' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: [
          {
            name: 'http'
            instanceCount: alwaysReadyHttp
          }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictions: isRestricted ? restrictions : []
      ipSecurityRestrictionsDefaultAction: isRestricted ? 'Deny' : 'Allow'
    }
  }

  // Flex Consumption reads runtime, version, package and scale from functionAppConfig, not from settings.
  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      // For the doctor in the app. A custom domain takes precedence.
      {
        MOORING_APP_URL: 'https://${app.properties.defaultHostName}'
        MOORING_APP_ID: app.id
      },
      settings,
      {
        // 12 MiB, HOST_BODY_BYTES in functions/http.ts: the largest review that is read.
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '12582912'
        AzureWebJobsStorage__accountName: storageName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        AZURE_CLIENT_ID: identityClientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      },
      empty(signInClientId)
        ? {}
        : {
            OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
            MOORING_ENTRA_AUTHORITY: signInAuthority
            MOORING_ENTRA_CLIENT_ID: signInClientId
          }
    )
  }

  // Anonymous requests pass: clusters send their own tokens, health and Event Grid need none. The app authenticates users itself.
  resource signIn 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: {
        enabled: !empty(signInClientId)
        runtimeVersion: '~1'
      }
      globalValidation: {
        requireAuthentication: false
        unauthenticatedClientAction: 'AllowAnonymous'
      }
      httpSettings: {
        requireHttps: true
      }
      identityProviders: empty(signInClientId)
        ? {}
        : {
            azureActiveDirectory: {
              enabled: true
              registration: {
                clientId: signInClientId
                openIdIssuer: signInAuthority
                // Not a secret: the setting names the identity that App Service authentication uses as its credential.
                clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
              }
              validation: {
                allowedAudiences: [signInClientId]
              }
            }
          }
      login: {
        tokenStore: {
          enabled: false
        }
      }
    }
    dependsOn: [appSettings]
  }

  // Deployments use tokens of Microsoft Entra ID; publishing passwords are disabled.
  resource noPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }
}

@description('Resource id.')
output id string = app.id

@description('Name of the app.')
output name string = app.name

@description('Origin of the app.')
output url string = 'https://${app.properties.defaultHostName}'
