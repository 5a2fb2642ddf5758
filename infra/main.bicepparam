using 'main.bicep'

// From the environment, as azd keeps it (azd env set NAME VALUE), or as exported before az deployment sub create. Lists have commas.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'mooring')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param watchedSubscriptions = filter(split(readEnvironmentVariable('MOORING_SUBSCRIPTIONS', ''), ','), id => !empty(id))
param enforce = filter(split(readEnvironmentVariable('MOORING_ENFORCE', ''), ','), name => !empty(name))
param assignRoles = bool(readEnvironmentVariable('MOORING_ASSIGN_ROLES', 'true'))
param operatorIds = filter(
  split(readEnvironmentVariable('MOORING_OPERATORS', readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')), ','),
  id => !empty(id)
)
param nodeVersion = readEnvironmentVariable('MOORING_NODE_VERSION', '24')
param maximumInstanceCount = int(readEnvironmentVariable('MOORING_MAXIMUM_INSTANCES', '40'))
param alwaysReadyHttp = int(readEnvironmentVariable('MOORING_ALWAYS_READY', '1'))
param storageRedundancy = readEnvironmentVariable('MOORING_STORAGE_REDUNDANCY', 'Standard_ZRS')
param signIn = readEnvironmentVariable('MOORING_SIGN_IN', 'register')
param signInClientId = readEnvironmentVariable('MOORING_SIGN_IN_CLIENT_ID', '')
param network = readEnvironmentVariable('MOORING_NETWORK', 'public')
param inbound = readEnvironmentVariable('MOORING_INBOUND', 'public')
param allowedRanges = filter(split(readEnvironmentVariable('MOORING_ALLOWED_RANGES', ''), ','), range => !empty(range))
param virtualNetworkRange = readEnvironmentVariable('MOORING_VIRTUAL_NETWORK_RANGE', '10.230.0.0/24')
param appSubnetId = readEnvironmentVariable('MOORING_APP_SUBNET_ID', '')
param endpointSubnetId = readEnvironmentVariable('MOORING_ENDPOINT_SUBNET_ID', '')
param deadLetters = bool(readEnvironmentVariable('MOORING_DEAD_LETTERS', 'true'))
param alertEmail = readEnvironmentVariable('MOORING_ALERT_EMAIL', '')
