metadata description = 'Log alerts. Each one runs the query alerts/NAME.kql, fires while the query returns rows, and has a section NAME in docs/platform/alerts.md.'

@description('Name of the installation.')
param environmentName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Application Insights component that the alerts query.')
param componentId string

@description('Email address to notify. Empty: none.')
param email string

@description('Existing action groups to notify as well.')
param actionGroupIds string[]

// Severity 1: admission or the app does not work. 2: operations fail. 3: needs attention.
var alerts = [
  { name: 'app-silent', severity: 1, every: 'PT15M', over: 'PT30M', query: loadTextContent('alerts/app-silent.kql') }
  { name: 'settings-broken', severity: 1, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/settings-broken.kql') }
  { name: 'schema-refused', severity: 1, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/schema-refused.kql') }
  { name: 'gate-errors', severity: 1, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/gate-errors.kql') }
  { name: 'webhook-silent', severity: 2, every: 'PT30M', over: 'PT2H', query: loadTextContent('alerts/webhook-silent.kql') }
  { name: 'messages-poisoned', severity: 2, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/messages-poisoned.kql') }
  { name: 'operation-failing', severity: 2, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/operation-failing.kql') }
  { name: 'queue-waits', severity: 2, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/queue-waits.kql') }
  { name: 'audit-failed', severity: 2, every: 'PT30M', over: 'PT3H', query: loadTextContent('alerts/audit-failed.kql') }
  { name: 'requests-failing', severity: 2, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/requests-failing.kql') }
  { name: 'changes-failed', severity: 2, every: 'PT15M', over: 'PT30M', query: loadTextContent('alerts/changes-failed.kql') }
  { name: 'work-given-up', severity: 3, every: 'PT15M', over: 'PT1H', query: loadTextContent('alerts/work-given-up.kql') }
  { name: 'gate-slow', severity: 3, every: 'PT5M', over: 'PT15M', query: loadTextContent('alerts/gate-slow.kql') }
  { name: 'arm-throttled', severity: 3, every: 'PT15M', over: 'PT30M', query: loadTextContent('alerts/arm-throttled.kql') }
]

resource emailActionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'mooring-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'mooring'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var notified = concat(actionGroupIds, empty(email) ? [] : [emailActionGroup.id])

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: 'mooring-${environmentName}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Mooring (${environmentName}): ${alert.name}'
      description: 'See docs/platform/alerts.md#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [componentId]
      evaluationFrequency: alert.every
      windowSize: alert.over
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: notified
      }
    }
  }
]

@description('Action groups that the alerts notify.')
output actionGroupIds string[] = notified
