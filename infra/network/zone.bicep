metadata description = 'A private DNS zone, linked to a virtual network.'

@description('Name of the zone.')
param name string

@description('Tags.')
param tags object

@description('Virtual network that resolves it.')
param networkId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: name
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'mooring-${uniqueString(networkId)}'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
}
