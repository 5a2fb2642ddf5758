metadata description = 'Subnets and private DNS zones: uses existing ones, and creates the rest.'

@description('Name of the virtual network, if one is created.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Address space of the virtual network, if one is created: a /25 or larger.')
param addressRange string

@description('Existing subnet for the app. Empty: one is created.')
param appSubnetId string

@description('Existing subnet for private endpoints. Empty: one is created.')
param endpointSubnetId string

@description('Existing private DNS zones by name. They must be linked to the network that resolves them.')
param existingZoneIds object

@description('Required zones.')
param zoneNames string[]

var makesNetwork = empty(appSubnetId) || empty(endpointSubnetId)

resource made 'Microsoft.Network/virtualNetworks@2024-07-01' = if (makesNetwork) {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressRange]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressRange, 26, 0)
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressRange, 26, 1)
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

module zones 'zone.bicep' = [
  for zone in zoneNames: if (!contains(existingZoneIds, zone)) {
    name: 'mooring-zone-${replace(zone, '.', '-')}'
    params: {
      name: zone
      tags: tags
      networkId: makesNetwork ? made.id : split(endpointSubnetId, '/subnets/')[0]
    }
  }
]

@description('Subnet of the app.')
output appSubnetId string = empty(appSubnetId) ? '${made.id}/subnets/app' : appSubnetId

@description('Subnet of the private endpoints.')
output endpointSubnetId string = empty(endpointSubnetId) ? '${made.id}/subnets/endpoints' : endpointSubnetId

@description('Ids of the zones by name.')
output zoneIds object = toObject(
  zoneNames,
  zone => zone,
  zone => existingZoneIds[?zone] ?? resourceId('Microsoft.Network/privateDnsZones', zone)
)
