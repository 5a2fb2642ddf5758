metadata description = 'Workbook with charts of admission, queues, writes and Azure Resource Manager.'

@description('Name of the installation.')
param environmentName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Application Insights component that the workbook reads.')
param componentId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'mooring-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Mooring (${environmentName})'
    category: 'workbook'
    sourceId: componentId
    serializedData: replace(loadTextContent('workbook.json'), '{component}', componentId)
  }
}
