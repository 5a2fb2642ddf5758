metadata description = 'A private endpoint with its entry in a private DNS zone.'

@description('Name of the endpoint.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Subnet of the endpoint.')
param subnetId string

@description('Target resource.')
param targetId string

@description('Part of the resource: blob, queue, table or sites.')
@allowed(['blob', 'queue', 'table', 'sites'])
param part string

@description('Private DNS zone.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [part]
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: part
          properties: {
            privateDnsZoneId: zoneId
          }
        }
      ]
    }
  }
}
