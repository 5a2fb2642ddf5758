metadata description = '''
Storage account for events that Event Grid could not deliver. Event Grid can write here only with the account's shared key, because
the topic of a subscription is global, and a global topic cannot have an identity. A separate account lets the one with Mooring's data
refuse shared keys. Only operators read it.
'''

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Retention of events in days. Events contain names of users: keep them no longer than needed for diagnosis.')
@minValue(1)
param keptDays int = 14

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowSharedKeyAccess: true
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // With a firewall, Event Grid could deliver only with an identity.
    publicNetworkAccess: 'Enabled'
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource container 'containers' = {
      name: 'mooring-deadletters'
    }
  }

  resource lifetime 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'forget'
            type: 'Lifecycle'
            definition: {
              filters: {
                blobTypes: ['blockBlob']
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterCreationGreaterThan: keptDays
                  }
                }
              }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

@description('Resource id.')
output id string = account.id
